import Button from '@mui/material/Button';
import { type ComponentType, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BulkBar } from '../grid/BulkBar';
import type { OpenList } from '../grid/ListView';

interface Props {
  list: OpenList;
  mayAct: boolean;
  /** The dialog of the list, loaded when it is opened. */
  Dialog: ComponentType<{ list: OpenList; onClose: () => void; onStarted: (jobId: string) => void }>;
}

/** What is selected, and what can be done with it; jobs then go on beside the list. */
export function ListBulk({ list, mayAct, Dialog }: Props) {
  const { t } = useTranslation('grid');
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
          <Dialog list={list} onClose={() => setOpen(false)} onStarted={follow} />
        </Suspense>
      ) : null}
    </>
  );
}
