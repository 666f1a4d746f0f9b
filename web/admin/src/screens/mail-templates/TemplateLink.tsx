import Link from '@mui/material/Link';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

export function TemplateLink({ storeViewId, template }: { storeViewId: string; template: string }) {
  const { t } = useTranslation('values');
  return (
    <RouteLink to={'/mail-templates' as never} search={{ storeView: storeViewId, template } as never}>
      {t(`MailTemplateName.${template}`, { defaultValue: template })}
    </RouteLink>
  );
}
