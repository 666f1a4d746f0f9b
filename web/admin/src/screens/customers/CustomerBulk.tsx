import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePermission } from '../../graph/viewer';
import { BulkBar } from '../../grid/BulkBar';
import type { OpenList } from '../../grid/ListView';

const MassActionDialog = lazy(() => import('./mass-action/MassActionDialog'));

/** What is selected, and what can be done with it; jobs then go on beside the list. */
export function CustomerBulk({ list }: { list: OpenList }) {
  const { t } = useTranslation('grid');
  const mayAct = usePermission('CUSTOMERS_WRITE');
  const [isOpen, setOpen] = useState(false);
  const { selection, page, count } = list;

  function follow(jobId: string) {
    setOpen(false);
    selection.clear();
    list.change({ jobId });
  }

  return (
    <>
      <BulkBar
        selection={selection}
        page={page}
        total={count?.totalCount}
        isExact={count?.totalCountPrecision === 'EXACT'}
      >
        {mayAct ? (
          <Button variant="contained" size="small" onClick={() => setOpen(true)}>
            {t('selected.act')}
          </Button>
        ) : null}
      </BulkBar>
      {isOpen ? (
        <Suspense fallback={null}>
          <MassActionDialog list={list} onClose={() => setOpen(false)} onStarted={follow} />
        </Suspense>
      ) : null}
    </>
  );
}
