import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';
import { usePermission } from '../graph/viewer';
import type { OpenList } from './ListView';
import type { Source } from './source';

const ExportDialog = lazy(() => import('./ExportDialog'));

interface Props {
  source: Source;
  list: OpenList;
  layouts: string[];
}

export function ExportButton({ source, list, layouts }: Props) {
  const { t } = useTranslation('grid');
  const [isOpen, setOpen] = useState(false);
  if (!usePermission('CUSTOMERS_EXPORT')) return null;
  return (
    <>
      <Button startIcon={<Icon name="download" />} onClick={() => setOpen(true)}>
        {t('export')}
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ExportDialog
            source={source}
            list={list}
            layouts={layouts}
            onClose={() => setOpen(false)}
            onStarted={(jobId) => {
              setOpen(false);
              list.change({ jobId });
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
