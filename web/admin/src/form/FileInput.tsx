import Button from '@mui/material/Button';
import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Failure } from '../components/Failure';
import { Icon } from '../components/icons';
import { AttributeFileUploadDocument } from '../generated/graphql';
import { request } from '../graph/request';
import { upload } from '../graph/upload';
import type { Field, FileFacts } from './fields';

const KILOBYTE = 1000;

interface Sent {
  fileId: string;
  name: string;
}

interface Props {
  field: Field;
  about: FileFacts;
  error?: string;
  value: string;
  onChange: (value: string) => void;
}

/** A file that is sent as soon as it was chosen, and becomes the value when the form is saved. */
export function FileInput({ field, about, error, value, onChange }: Props) {
  const { t } = useTranslation('form');
  const id = useId();
  const chooser = useRef<HTMLInputElement>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const send = useMutation({
    mutationFn: (file: File) => sendFile(file, about),
    onSuccess: ({ fileId, name }) => {
      if (!fileId) return;
      setSent({ fileId, name });
      onChange(fileId);
    },
  });
  const isDisabled = field.isDisabled ?? field.reason !== undefined;
  const problem = send.data?.refusal ?? error;
  // What was sent has the same id once it is stored.
  const isWaiting = value !== about.stored?.id && value === sent?.fileId;
  const shown = value === '' ? null : isWaiting ? sent : (about.stored ?? null);

  function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    // The same file can be chosen once more after a refusal.
    event.target.value = '';
    if (file) send.mutate(file);
  }

  return (
    <FormControl role="group" aria-labelledby={`${id}-label`} error={problem !== undefined} sx={{ width: '100%' }}>
      <Typography id={`${id}-label`} variant="body2" color="textSecondary">
        {field.label}
        {field.isRequired ? ' *' : ''}
      </Typography>
      <Typography role="status" sx={{ overflowWrap: 'anywhere' }}>
        {shown ? <FileName shown={shown} /> : t('noFile')}
      </Typography>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
        <input ref={chooser} hidden type="file" accept={about.accept} onChange={choose} />
        <Button
          size="small"
          variant="outlined"
          startIcon={<Icon name="up" />}
          disabled={isDisabled}
          loading={send.isPending}
          aria-label={t('chooseFileFor', { label: field.label })}
          aria-describedby={`${id}-told`}
          onClick={() => chooser.current?.click()}
        >
          {t('chooseFile')}
        </Button>
        {shown && !isDisabled ? (
          <Button size="small" aria-label={t('removeFileOf', { label: field.label })} onClick={() => onChange('')}>
            {t('removeFile')}
          </Button>
        ) : null}
      </Stack>
      <FormHelperText id={`${id}-told`} disabled={false} role={problem ? 'alert' : undefined} sx={{ mx: 0 }}>
        {problem ?? field.reason ?? field.hint}
      </FormHelperText>
      {send.error ? <Failure error={send.error} /> : null}
    </FormControl>
  );
}

function FileName({ shown }: { shown: Sent | NonNullable<FileFacts['stored']> }) {
  const { t } = useTranslation('form');
  const formats = useFormats();
  if ('fileId' in shown) return t('fileSent', { name: shown.name });
  const size = t('kilobytes', { number: formats.number(Math.ceil(shown.sizeBytes / KILOBYTE)) });
  if (!shown.url) return `${shown.name} (${size})`;
  return (
    <>
      <Link href={shown.url} download={shown.name}>
        {shown.name}
      </Link>{' '}
      ({size})
    </>
  );
}

interface Answer {
  fileId: string | null;
  name: string;
  refusal?: string;
}

async function sendFile(file: File, { attributeCode, entity }: FileFacts): Promise<Answer> {
  const input = { attributeCode, entity, name: file.name, size: file.size };
  const { customerFileUploadCreate: made } = await request(AttributeFileUploadDocument, { input });
  if (!made?.upload) return { fileId: null, name: file.name, refusal: made?.userErrors[0]?.message };
  await upload(made.upload.url, file);
  return { fileId: made.upload.fileId, name: file.name };
}
