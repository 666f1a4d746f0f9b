import Button from '@mui/material/Button';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icons';
import { usePermission } from '../../graph/viewer';
import type { OpenList } from '../../grid/ListView';

const CreateCustomerDialog = lazy(() => import('./CreateCustomerDialog'));
const RouteButton = createLink(Button) as LinkComponent<typeof Button>;

/** What adds customers to the list. */
export function CustomerActions({ list }: { list: OpenList }) {
  const { t } = useTranslation('customers');
  const mayCreate = usePermission('CUSTOMERS_WRITE');
  const mayImport = usePermission('CUSTOMERS_IMPORT');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {mayImport ? <RouteButton to={'/imports' as never}>{t('import')}</RouteButton> : null}
      {mayCreate ? (
        <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setOpen(true)}>
          {t('create.open')}
        </Button>
      ) : null}
      {isOpen ? (
        <Suspense fallback={null}>
          <CreateCustomerDialog
            websites={list.facts.options.website ?? []}
            groups={list.facts.options.assignableGroup ?? []}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
