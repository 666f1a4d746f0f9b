import Skeleton from '@mui/material/Skeleton';
import { useQuery } from '@tanstack/react-query';
import { QueryFrame } from '../../components/QueryFrame';
import { CustomerGrid } from './CustomerGrid';
import { listQuery } from './rows';

export default function CustomersPage() {
  const list = useQuery(listQuery);
  return (
    <QueryFrame query={list} skeleton={<Skeleton variant="rounded" height={640} />}>
      {(found) => <CustomerGrid list={found} />}
    </QueryFrame>
  );
}
