import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/Failure';
import { type CustomerImportCreateInput, ImportCreateDocument } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { request } from '../../graph/request';
import { upload } from '../../graph/upload';

const LAYOUTS = ['MAPPED', 'ADOBE_CUSTOMERS', 'ADOBE_ADDRESSES', 'ADOBE_COMPOSITE', 'ADOBE_FINANCE'] as const;
const BEHAVIORS = ['ADD_UPDATE', 'REPLACE', 'DELETE', 'CUSTOM'] as const;
const POLICIES = ['SKIP', 'STOP', 'ALL_OR_NOTHING'] as const;

interface Props {
  websites: { id: string; name: string }[];
  onClose: () => void;
}

interface Draft {
  layout: (typeof LAYOUTS)[number];
  behavior: (typeof BEHAVIORS)[number];
  errorPolicy: (typeof POLICIES)[number];
  websiteId: string;
}

/** Which file, and how it is to be read. */
export default function NewImportDialog({ websites, onClose }: Props) {
  const { t } = useTranslation(['imports', 'values', 'common']);
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [draft, setDraft] = useState<Draft>({
    layout: 'MAPPED',
    behavior: 'ADD_UPDATE',
    errorPolicy: 'SKIP',
    websiteId: websites[0]?.id ?? '',
  });
  const send = useMutation({
    mutationFn: async (chosen: File): Promise<FieldError[]> => {
      const { customerImportCreate: made } = await request(ImportCreateDocument, { input: inputOf(draft, chosen) });
      if (!made?.customerImport || !made.uploadUrl) return made?.userErrors ?? [];
      await upload(made.uploadUrl, chosen);
      void navigate({ to: '/imports/$id' as never, params: { id: made.customerImport.id } as never });
      return [];
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (file) send.mutate(file);
  }

  function choice(name: keyof Draft, values: readonly string[], labelOf: (value: string) => string) {
    return (
      <TextField
        select
        label={t(`field.${name as string}`)}
        value={draft[name]}
        onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
      >
        {values.map((one) => (
          <MenuItem key={one} value={one}>
            {labelOf(one)}
          </MenuItem>
        ))}
      </TextField>
    );
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="import-title" fullWidth maxWidth="sm">
      <form onSubmit={submit}>
        <DialogTitle id="import-title">{t('new')}</DialogTitle>
        <DialogContent dividers>
          <Stack spacing={2}>
            {choice('layout', LAYOUTS, (one) => t(`values:ImportLayout.${one}`))}
            {draft.layout === 'MAPPED'
              ? choice(
                  'websiteId',
                  websites.map((one) => one.id),
                  (id) => websites.find((one) => one.id === id)?.name ?? id,
                )
              : null}
            {choice('behavior', BEHAVIORS, (one) => t(`values:ImportBehavior.${one}`))}
            {choice('errorPolicy', POLICIES, (one) => t(`values:ErrorPolicy.${one}`))}
            <TextField
              type="file"
              required
              label={t('field.file')}
              helperText={t('fileHint')}
              onChange={(event) => setFile((event.target as HTMLInputElement).files?.[0] ?? null)}
              slotProps={{ inputLabel: { shrink: true }, htmlInput: { accept: '.csv,.gz,.zip,text/csv' } }}
            />
            {send.error ? <Failure error={send.error} /> : null}
            {(send.data ?? []).map((problem) => (
              <Alert key={problem.key} severity="error" role="alert">
                {problem.message}
              </Alert>
            ))}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="contained" disabled={!file} loading={send.isPending}>
            {t('upload')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function inputOf(draft: Draft, file: File): CustomerImportCreateInput {
  return {
    layout: draft.layout,
    behavior: draft.behavior,
    errorPolicy: draft.errorPolicy,
    fileName: file.name,
    sizeBytes: file.size,
    ...(draft.layout === 'MAPPED' ? { websiteId: draft.websiteId } : {}),
  };
}
