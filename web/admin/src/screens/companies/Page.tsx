import Chip from '@mui/material/Chip';
import { useNavigate } from '@tanstack/react-router';
import { usePermission } from '../../graph/viewer';
import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import { CompanyActions } from './CompanyActions';
import { CompanyBulk } from './CompanyBulk';
import { COMPANIES, factsOf } from './rows';

/** Companies, those that wait for a decision first. */
export default function CompaniesPage() {
  const navigate = useNavigate();
  const mayAct = usePermission('COMPANIES_WRITE');
  return (
    <ListScreen
      source={COMPANIES}
      of={factsOf}
      icon="building"
      actions={(list) => <CompanyActions list={list} mayCreate={mayAct} />}
      bulk={mayAct ? (list) => <CompanyBulk list={list} /> : undefined}
      onOpen={(row) => void navigate({ to: '/companies/$id' as never, params: { id: row.id } as never })}
      renderCell={({ key }, row, text) => {
        if (key === 'name' || key === 'number') return <RecordLink to="/companies/$id" id={row.id} text={text} />;
        const parent = row.parent as { id: string } | null | undefined;
        if (key === 'parent' && parent) return <RecordLink to="/companies/$id" id={parent.id} text={text} />;
        return key === 'status' && row.isPending ? <Chip size="small" color="warning" label={text} /> : null;
      }}
    />
  );
}
