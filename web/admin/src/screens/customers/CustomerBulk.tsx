import { lazy } from 'react';
import { ListBulk } from '../../bulk/ListBulk';
import { usePermission } from '../../graph/viewer';
import type { OpenList } from '../../grid/ListView';

const CustomerActionsDialog = lazy(() => import('./mass-action/CustomerActionsDialog'));

export function CustomerBulk({ list }: { list: OpenList }) {
  return <ListBulk list={list} mayAct={usePermission('CUSTOMERS_WRITE')} Dialog={CustomerActionsDialog} />;
}
