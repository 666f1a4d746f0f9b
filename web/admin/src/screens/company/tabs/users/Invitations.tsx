import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import type { Employer } from './query';

/** Whom the company invited and who has not answered yet. */
export function Invitations({ all }: { all: Employer['invitations'] }) {
  const { t } = useTranslation('company');
  const formats = useFormats();
  if (all.totalCount === 0) return null;
  return (
    <Stack spacing={1}>
      <Typography variant="h2">{t('invitations', { count: all.totalCount })}</Typography>
      <DataTable
        label={t('invitationList')}
        heads={['email', 'role', 'expiresAt'].map((name) => t(`member.${name}`))}
        rows={all.nodes}
        keyOf={(one) => one.id}
        cells={(one) => [one.email, one.role.name, one.isExpired ? t('expired') : formats.dateTime(one.expiresAt)]}
      />
    </Stack>
  );
}
