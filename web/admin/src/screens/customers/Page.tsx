import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import type { Column } from '../../grid/state';
import { CustomerActions } from './CustomerActions';
import { CustomerBulk } from './CustomerBulk';
import { CUSTOMERS, factsOf } from './rows';
import { useRowEdit } from './useRowEdit';

// Loaded when it is opened.
const ConflictDialog = lazy(() => import('../../grid/ConflictDialog'));

const LAYOUTS = ['GRID', 'ADOBE_CUSTOMERS', 'ADOBE_ADDRESSES', 'ADOBE_COMPOSITE', 'ADOBE_FINANCE'];

export default function CustomersPage() {
  const { t } = useTranslation('columns');
  const navigate = useNavigate();
  const { edit, conflict, news } = useRowEdit();
  return (
    <>
      <ListScreen
        source={CUSTOMERS}
        of={factsOf}
        icon="group"
        actions={(list) => <CustomerActions list={list} />}
        bulk={(list) => <CustomerBulk list={list} />}
        onEdit={edit}
        layouts={LAYOUTS}
        news={news}
        onOpen={(row) => void navigate({ to: '/customers/$id' as never, params: { id: row.id } as never })}
        renderCell={(column, row, text) =>
          isName(column) ? <RecordLink to="/customers/$id" id={row.id} text={text} /> : null
        }
      />
      {conflict ? (
        <Suspense fallback={null}>
          <ConflictDialog
            conflicts={conflict.conflicts}
            nameOf={(field) => t(field.replace(/Id$/, ''), { defaultValue: field })}
            onKeepTheirs={() => conflict.decide('theirs')}
            onTakeMine={() => conflict.decide('mine')}
            onCancel={() => conflict.decide('cancel')}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function isName({ key }: Column): boolean {
  return key === 'name' || key === 'number';
}
