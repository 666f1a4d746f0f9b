import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../../../app/focus';
import { useFormats } from '../../../../app/formats';
import { ActionButton } from '../../../../components/ActionButton';
import { DataTable } from '../../../../components/DataTable';
import { MoreButton } from '../../../../components/MoreButton';
import { QueryFrame } from '../../../../components/QueryFrame';
import { useMay } from '../../query';
import { Invitations } from './Invitations';
import { type Member, usersQuery } from './query';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;
const MemberDialog = lazy(() => import('./MemberDialog'));
const ConfirmDialog = lazy(() => import('./ConfirmDialog'));

type Open = { kind: 'add' } | { kind: 'edit' | 'remove' | 'promote'; member: Member };

/** Who buys for the company: their roles, what they may do, and what staff do about them. */
export default function UsersPanel({ id }: { id: string }) {
  const { t } = useTranslation(['company', 'grid']);
  const formats = useFormats();
  const may = useMay(id);
  const [open, setOpen] = useState<Open | null>(null);
  const query = useInfiniteQuery(usersQuery(id));
  const close = () => {
    releaseFocus();
    setOpen(null);
  };
  const addition = may('COMPANY_MEMBER_ADD');
  return (
    <QueryFrame query={query}>
      {({ pages }) => {
        const employer = pages[0]?.company;
        if (!employer) return null;
        const members = pages.flatMap((page) => page.company?.members.nodes ?? []);
        return (
          <Stack spacing={1.5}>
            <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
              <Typography>{t('memberCount', { count: employer.members.totalCount })}</Typography>
              {addition.isShown ? (
                <ActionButton
                  label={t('addMember')}
                  reason={addition.reason}
                  onClick={() => setOpen({ kind: 'add' })}
                />
              ) : null}
            </Stack>
            <DataTable
              label={t('tab.users')}
              heads={['name', 'email', 'jobTitle', 'role', 'isActive', 'canOrder', 'joinedAt', 'actions'].map((name) =>
                t(`member.${name}`),
              )}
              rows={members}
              keyOf={(member) => member.id}
              cells={(member) => [
                <MemberName key="name" member={member} />,
                member.email,
                member.jobTitle,
                member.isAdmin ? t('admin') : member.role.name,
                t(`grid:boolean.${member.isActive}`),
                t(`grid:boolean.${member.canOrder}`),
                formats.dateTime(member.joinedAt),
                <MemberButtons key="actions" companyId={id} member={member} onOpen={setOpen} />,
              ]}
            />
            <MoreButton query={query} />
            <Invitations all={employer.invitations} />
            <Suspense fallback={null}>
              {open?.kind === 'add' ? <MemberDialog employer={employer} member={null} onClose={close} /> : null}
              {open?.kind === 'edit' ? <MemberDialog employer={employer} member={open.member} onClose={close} /> : null}
              {open?.kind === 'remove' || open?.kind === 'promote' ? (
                <ConfirmDialog companyId={id} kind={open.kind} member={open.member} onClose={close} />
              ) : null}
            </Suspense>
          </Stack>
        );
      }}
    </QueryFrame>
  );
}

export function nameOf({ firstName, lastName }: Pick<Member, 'firstName' | 'lastName'>): string {
  return `${firstName} ${lastName}`;
}

function MemberName({ member }: { member: Member }) {
  if (!member.customer) return nameOf(member);
  return (
    <RouteLink to={'/customers/$id' as never} params={{ id: member.customer.id } as never}>
      {nameOf(member)}
    </RouteLink>
  );
}

interface ButtonsProps {
  companyId: string;
  member: Member;
  onOpen: (open: Open) => void;
}

function MemberButtons({ companyId, member, onOpen }: ButtonsProps) {
  const { t } = useTranslation('company');
  const may = useMay(companyId);
  const name = nameOf(member);
  const update = may('COMPANY_MEMBER_UPDATE');
  const removal = may('COMPANY_MEMBER_REMOVE');
  const replacement = may('COMPANY_ADMIN_REPLACE');
  if (!member.customer) return null;
  return (
    <Stack direction="row" sx={{ gap: 1 }}>
      {update.isShown ? (
        <Button size="small" aria-label={t('editMember', { name })} onClick={() => onOpen({ kind: 'edit', member })}>
          {t('edit')}
        </Button>
      ) : null}
      {replacement.isShown && !member.isAdmin ? (
        <Button
          size="small"
          aria-label={`${t('promote')}: ${name}`}
          onClick={() => onOpen({ kind: 'promote', member })}
        >
          {t('promote')}
        </Button>
      ) : null}
      {removal.isShown ? (
        <ActionButton
          label={t('remove')}
          aria-label={t('removeMember', { name })}
          variant="text"
          color="error"
          reason={member.isAdmin ? t('adminStays') : removal.reason}
          onClick={() => onOpen({ kind: 'remove', member })}
        />
      ) : null}
    </Stack>
  );
}
