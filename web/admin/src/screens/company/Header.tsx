import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { PageHeader } from '../../components/PageHeader';
import { usePermission } from '../../graph/viewer';
import { CompanyButtons } from './actions/CompanyButtons';
import type { Company } from './query';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;
const COLORS = { PENDING: 'warning', ACTIVE: 'success', REJECTED: 'error', BLOCKED: 'error' } as const;

/** Which company this is, and in which state. */
export function Header({ company }: { company: Company }) {
  const { t } = useTranslation(['company', 'values']);
  const formats = useFormats();
  const seesHistory = usePermission('STAFF_MANAGE');
  const { name, status, admin } = company;
  useEffect(() => {
    document.title = name;
  }, [name]);
  return (
    <Stack spacing={1}>
      <PageHeader title={name} />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography component="span" sx={{ overflowWrap: 'anywhere' }}>
          {t('line', { number: company.number, email: company.email, website: company.website.name })}
        </Typography>
        <Chip
          size="small"
          variant="outlined"
          color={COLORS[status]}
          label={t(`values:CompanyStatus.${status}`)}
          sx={{ color: 'text.primary' }}
        />
        <Chip size="small" label={t(`values:CompanyKind.${company.kind}`)} />
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2 }}>
        <Typography component="span">
          {t('createdAt', { at: formats.dateTime(company.createdAt) })}
          {' · '}
          {t('runBy')}{' '}
          {admin.customer ? (
            <RouteLink to={'/customers/$id' as never} params={{ id: admin.customer.id } as never}>
              {admin.firstName} {admin.lastName}
            </RouteLink>
          ) : (
            `${admin.firstName} ${admin.lastName}`
          )}
        </Typography>
        {seesHistory ? (
          <RouteLink
            to={'/staff-history' as never}
            search={{ filter: JSON.stringify({ subject: { eq: company.id } }) } as never}
          >
            {t('history')}
          </RouteLink>
        ) : null}
      </Box>
      {status === 'PENDING' ? <Alert severity="info">{t('waits')}</Alert> : null}
      {company.rejectionReason ? (
        <Alert severity="warning">
          {t('rejectedBecause', {
            at: formats.dateTime(company.rejectedAt),
            reason: company.rejectionReason,
          })}
        </Alert>
      ) : null}
      <CompanyButtons company={company} />
    </Stack>
  );
}
