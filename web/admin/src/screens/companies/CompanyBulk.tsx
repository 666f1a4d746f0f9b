import { lazy } from 'react';
import { ListBulk } from '../../bulk/ListBulk';
import type { OpenList } from '../../grid/ListView';

const CompanyActionsDialog = lazy(() => import('./mass-action/CompanyActionsDialog'));

export function CompanyBulk({ list }: { list: OpenList }) {
  return <ListBulk list={list} mayAct Dialog={CompanyActionsDialog} />;
}
