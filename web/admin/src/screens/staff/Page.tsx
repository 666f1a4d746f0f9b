import Stack from '@mui/material/Stack';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/ActionButton';
import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import { Invitations } from './Invitations';
import { factsOf, STAFF } from './rows';
import { StaffPerson } from './StaffPerson';

const NewStaffDialog = lazy(() => import('./NewStaffDialog'));

export default function StaffPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  return id ? <StaffPerson key={id} id={id} /> : <StaffUsers />;
}

/** Who works in the shop, and who was invited and has not come yet. */
function StaffUsers() {
  const { t } = useTranslation('staff');
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const open = (id: string) => void navigate({ to: '/staff/$id' as never, params: { id } as never });
  return (
    <Stack spacing={2}>
      <ListScreen
        source={STAFF}
        of={factsOf}
        icon="person"
        actions={() => <ActionButton variant="contained" label={t('add')} onClick={() => setOpen(true)} />}
        onOpen={(row) => open(row.id)}
        renderCell={(column, row, text) =>
          column.key === 'name' ? <RecordLink to="/staff/$id" id={row.id} text={text} /> : null
        }
      />
      <Invitations />
      <Suspense fallback={null}>
        {isOpen ? <NewStaffDialog onClose={() => setOpen(false)} onCreated={open} /> : null}
      </Suspense>
    </Stack>
  );
}
