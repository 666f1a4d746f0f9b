import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/Failure';
import { CustomerCreateDocument, type CustomerCreateInput } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { request } from '../../graph/request';
import type { Option } from '../../grid/labels';

interface Props {
  websites: Option[];
  groups: Option[];
  onClose: () => void;
}

const TEXTS = ['email', 'firstName', 'lastName'] as const;
const FIELDS = new Set<string>([...TEXTS, 'websiteId', 'groupId']);
const MOST = { email: 254, firstName: 255, lastName: 255 };

/** A customer without a password, who gets a link to choose one. */
export default function CreateCustomerDialog({ websites, groups, onClose }: Props) {
  const { t } = useTranslation(['customers', 'common']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const [draft, setDraft] = useState<CustomerCreateInput>({
    email: '',
    firstName: '',
    lastName: '',
    websiteId: websites[0]?.value ?? '',
    addresses: [],
    sendsWelcomeMail: true,
  });
  const create = useMutation({
    mutationFn: async (): Promise<FieldError[]> => {
      const { customerCreate: made } = await request(CustomerCreateDocument, { input: draft });
      if (made?.customer) {
        void client.invalidateQueries({ queryKey: ['customers'] });
        void navigate({ to: '/customers/$id' as never, params: { id: made.customer.id } as never });
      }
      return made?.userErrors ?? [];
    },
  });
  const errors = create.data ?? [];
  const errorOf = (field: string) => errors.find((one) => one.path?.[0] === field)?.message;
  const others = errors.filter((one) => !FIELDS.has(one.path?.[0] ?? ''));
  const set = (part: Partial<CustomerCreateInput>) => setDraft({ ...draft, ...part });

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  function shared(field: keyof CustomerCreateInput) {
    return { label: t(`create.${field}`), error: Boolean(errorOf(field)), helperText: errorOf(field) };
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="create-title" fullWidth maxWidth="xs">
      <form onSubmit={submit} noValidate>
        <DialogTitle id="create-title">{t('create.title')}</DialogTitle>
        <DialogContent dividers>
          <Stack spacing={2}>
            {websites.length > 1 ? (
              <TextField
                {...shared('websiteId')}
                select
                value={draft.websiteId}
                onChange={(event) => set({ websiteId: event.target.value })}
              >
                {websites.map((one) => (
                  <MenuItem key={one.value} value={one.value}>
                    {one.label}
                  </MenuItem>
                ))}
              </TextField>
            ) : null}
            {TEXTS.map((field) => (
              <TextField
                key={field}
                {...shared(field)}
                required
                type={field === 'email' ? 'email' : 'text'}
                value={draft[field]}
                onChange={(event) => set({ [field]: event.target.value })}
                slotProps={{ htmlInput: { maxLength: MOST[field], autoComplete: 'off' } }}
              />
            ))}
            <TextField
              {...shared('groupId')}
              select
              value={draft.groupId ?? ''}
              onChange={(event) => set({ groupId: event.target.value || undefined })}
              slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
            >
              <MenuItem value="">{t('create.usualGroup')}</MenuItem>
              {groups.map((one) => (
                <MenuItem key={one.value} value={one.value}>
                  {one.label}
                </MenuItem>
              ))}
            </TextField>
            <FormControlLabel
              control={
                <Checkbox
                  checked={draft.sendsWelcomeMail}
                  onChange={(_, checked) => set({ sendsWelcomeMail: checked })}
                />
              }
              label={t('create.sendsWelcomeMail')}
            />
            {create.error ? <Failure error={create.error} /> : null}
            {others.map((problem) => (
              <Alert key={problem.key} severity="error" role="alert">
                {problem.message}
              </Alert>
            ))}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="contained" loading={create.isPending}>
            {t('create.submit')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
