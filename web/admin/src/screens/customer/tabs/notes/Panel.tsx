import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { ActionButton } from '../../../../components/ActionButton';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { useMay } from '../../capabilities';
import { refreshCustomer } from '../../query';
import { notesQuery } from './query';
import { addNote, addTag, type Note, removeNote, removeTag, saveNote } from './run';

const ActionDialog = lazy(() => import('../../../../form/ActionDialog'));
const LONGEST_NOTE = 4000;

type Open =
  | { kind: 'edit' | 'remove'; note: Note }
  | { kind: 'add' }
  | { kind: 'tag' }
  | { kind: 'untag'; tag: string };

/** What staff noted, pinned notes first as the service lists them, and tags. */
export default function NotesPanel({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const [open, setOpen] = useState<Open | null>(null);
  const may = useMay(id);
  const [tagging, noting] = [may('CUSTOMER_TAGS_ADD'), may('CUSTOMER_NOTE_CREATE')];
  return (
    <QueryFrame query={useQuery(notesQuery(id))}>
      {({ customer }) => (
        <Stack spacing={2}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
            {customer?.tags.map((tag) => (
              <Chip
                key={tag}
                label={tag}
                onClick={may('CUSTOMER_TAGS_REMOVE').isShown ? () => setOpen({ kind: 'untag', tag }) : undefined}
                title={t('removeTag')}
              />
            ))}
            {tagging.isShown ? (
              <ActionButton label={t('addTag')} reason={tagging.reason} onClick={() => setOpen({ kind: 'tag' })} />
            ) : null}
          </Box>
          {noting.isShown ? (
            <Box>
              <ActionButton label={t('addNote')} reason={noting.reason} onClick={() => setOpen({ kind: 'add' })} />
            </Box>
          ) : null}
          {customer?.notes.nodes.length === 0 ? <Empty icon="edit" title={t('noNotes')} /> : null}
          {customer?.notes.nodes.map((note) => (
            <NoteCard
              key={note.id}
              note={note}
              onEdit={may('CUSTOMER_NOTE_UPDATE').isShown ? () => setOpen({ kind: 'edit', note }) : null}
              onRemove={may('CUSTOMER_NOTE_DELETE').isShown ? () => setOpen({ kind: 'remove', note }) : null}
            />
          ))}
          <Suspense fallback={null}>
            {open ? <NoteDialog id={id} open={open} onClose={() => setOpen(null)} /> : null}
          </Suspense>
        </Stack>
      )}
    </QueryFrame>
  );
}

interface CardProps {
  note: Note;
  onEdit: (() => void) | null;
  onRemove: (() => void) | null;
}

function NoteCard({ note, onEdit, onRemove }: CardProps) {
  const { t } = useTranslation('customer');
  const formats = useFormats();
  return (
    <Paper variant="outlined" sx={{ p: 2 }}>
      <Typography sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{note.text}</Typography>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, mt: 1, alignItems: 'center' }}>
        {note.isPinned ? <Chip size="small" label={t('pinned')} /> : null}
        <Typography color="textSecondary">
          {[note.author?.name, formats.dateTime(note.editedAt ?? note.createdAt)].filter(Boolean).join(' · ')}
        </Typography>
        {onEdit ? <Button onClick={onEdit}>{t('editNote')}</Button> : null}
        {onRemove ? <Button onClick={onRemove}>{t('removeNote')}</Button> : null}
      </Stack>
    </Paper>
  );
}

function NoteDialog({ id, open, onClose }: { id: string; open: Open; onClose: () => void }) {
  const { t } = useTranslation('customer');
  const shared = { onDone: () => refreshCustomer(id), onClose };
  if (open.kind === 'tag') {
    return (
      <ActionDialog
        {...shared}
        title={t('addTag')}
        confirm={t('addTag')}
        fields={[{ name: 'tags', label: t('tag'), isRequired: true }]}
        initial={{ tags: '' }}
        run={({ tags }) => addTag(id, String(tags))}
      />
    );
  }
  if (open.kind === 'untag') {
    return (
      <ActionDialog
        {...shared}
        title={t('removeTag')}
        text={open.tag}
        confirm={t('removeTag')}
        run={() => removeTag(id, open.tag)}
      />
    );
  }
  if (open.kind === 'remove') {
    return (
      <ActionDialog
        {...shared}
        title={t('removeNote')}
        text={open.note.text}
        confirm={t('removeNote')}
        isDangerous
        run={() => removeNote(open.note)}
      />
    );
  }
  const note = open.kind === 'edit' ? open.note : null;
  const title = t(note ? 'editNote' : 'addNote');
  return (
    <ActionDialog
      {...shared}
      title={title}
      confirm={t('common:save')}
      fields={[
        { name: 'text', label: t('note'), kind: 'area', isRequired: true, maxLength: LONGEST_NOTE },
        { name: 'isPinned', label: t('pinned'), kind: 'boolean' },
      ]}
      initial={{ text: note?.text ?? '', isPinned: note?.isPinned ?? false }}
      run={(values) => (note ? saveNote(note, values) : addNote(id, values))}
    />
  );
}
