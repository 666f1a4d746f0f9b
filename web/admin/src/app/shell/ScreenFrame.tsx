import Box from '@mui/material/Box';
import { type ComponentType, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NotPermitted } from '../../components/Empty';
import { useViewer } from '../../graph/viewer';
import type { Screen } from '../../screens/screen';

/** A screen is asked for nothing when its viewer may not see it: the address then names the permission. */
export function ScreenFrame({ screen, Page }: { screen: Screen; Page: ComponentType }) {
  const { t } = useTranslation(screen.name);
  const { permissions } = useViewer();
  const title = t('title');
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (screen.permission && !permissions.includes(screen.permission)) {
    return <NotPermitted permission={screen.permission} />;
  }
  return (
    <Suspense fallback={<Box sx={{ minHeight: 400 }} />}>
      <Page />
    </Suspense>
  );
}
