import Button from '@mui/material/Button';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icons';
import type { OpenList } from '../../grid/ListView';
import { PENDING } from './rows';

const CreateCompanyDialog = lazy(() => import('./CreateCompanyDialog'));

/** What narrows the list to requests, and what adds to it. */
export function CompanyActions({ list, mayCreate }: { list: OpenList; mayCreate: boolean }) {
  const { t } = useTranslation('companies');
  const [isOpen, setOpen] = useState(false);
  const isNarrowed = JSON.stringify(list.state.filter) === JSON.stringify(PENDING);
  return (
    <>
      <Button
        startIcon={<Icon name="clock" />}
        aria-pressed={isNarrowed}
        variant={isNarrowed ? 'outlined' : 'text'}
        onClick={() => list.change({ filter: isNarrowed ? null : PENDING, isFilterBroken: false })}
      >
        {t('pending')}
      </Button>
      {mayCreate ? (
        <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setOpen(true)}>
          {t('create.open')}
        </Button>
      ) : null}
      {isOpen ? (
        <Suspense fallback={null}>
          <CreateCompanyDialog
            websites={list.facts.options.website ?? []}
            groups={list.facts.options.assignableGroup ?? []}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
