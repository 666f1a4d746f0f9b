import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { MailPlacesDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { templatesQuery } from './query';
import { TemplateForm } from './TemplateForm';
import { TemplateLink } from './TemplateLink';

interface Choice {
  storeView?: string;
  template?: string;
}

/** The text of every mail in one store view, and who wrote it: the program or the shop. */
export default function MailTemplatesPage() {
  const { t } = useTranslation('mail-templates');
  const choice = useSearch({ strict: false }) as Choice;
  const navigate = useNavigate();
  const places = useQuery({
    queryKey: ['mail-places'],
    queryFn: ({ signal }) => request(MailPlacesDocument, {}, { signal }),
    staleTime: 60_000,
  });
  return (
    <QueryFrame query={places}>
      {({ websites }) => {
        const views = (websites ?? []).flatMap((website) =>
          website.stores.flatMap((store) => store.storeViews).map((view) => ({ ...view, website: website.name })),
        );
        const view = views.find((one) => one.id === choice.storeView) ?? views[0];
        if (!view) return <Empty icon="mail" title={t('noStoreViews')} text={t('noStoreViewsText')} />;
        return (
          <Stack spacing={2}>
            <PageHeader title={choice.template ? t(`values:MailTemplateName.${choice.template}`) : t('title')}>
              <TextField
                select
                label={t('storeView')}
                value={view.id}
                sx={{ minWidth: 240 }}
                onChange={(event) =>
                  void navigate({ to: '.', search: { ...choice, storeView: event.target.value } as never })
                }
              >
                {views.map((one) => (
                  <MenuItem key={one.id} value={one.id}>
                    {one.website}: {one.name} ({one.locale})
                  </MenuItem>
                ))}
              </TextField>
            </PageHeader>
            <Templates key={view.id} storeViewId={view.id} template={choice.template} />
          </Stack>
        );
      }}
    </QueryFrame>
  );
}

function Templates({ storeViewId, template }: { storeViewId: string; template: string | undefined }) {
  const { t } = useTranslation(['mail-templates', 'values']);
  return (
    <QueryFrame query={useQuery(templatesQuery(storeViewId))}>
      {({ mailTemplates: found }) => {
        const mailTemplates = found ?? [];
        const chosen = mailTemplates.find((one) => one.template === template);
        if (chosen) return <TemplateForm key={chosen.template} storeViewId={storeViewId} stored={chosen} />;
        if (template) return <Empty icon="mail" title={t('unknown')} />;
        return (
          <DataTable
            label={t('title')}
            heads={[t('mail'), t('subject'), t('writtenBy'), t('language')]}
            rows={mailTemplates}
            keyOf={(one) => one.template}
            cells={(one) => [
              <TemplateLink key="name" storeViewId={storeViewId} template={one.template} />,
              one.subject,
              t(`values:MailTemplateOrigin.${one.origin}`),
              one.locale,
            ]}
          />
        );
      }}
    </QueryFrame>
  );
}
