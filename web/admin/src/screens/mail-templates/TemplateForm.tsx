import Chip from '@mui/material/Chip';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/ActionButton';
import type { Values } from '../../form/fields';
import { RecordForm, type Saved } from '../../form/RecordForm';
import { MailTemplateGiveUpDocument, MailTemplateSaveDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import type { Template } from './query';

const ActionDialog = lazy(() => import('../../form/ActionDialog'));
const PreviewDialog = lazy(() => import('./PreviewDialog'));
const LONGEST = { subject: 255, html: 60_000, text: 10_000 };

/** The text of one mail for one store view. A built-in text becomes the store view's own when it is saved. */
export function TemplateForm({ storeViewId, stored }: { storeViewId: string; stored: Template }) {
  const { t } = useTranslation(['mail-templates', 'values']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const [open, setOpen] = useState<'reset' | 'preview' | null>(null);
  // Another text begins another form.
  const [round, setRound] = useState(0);
  const isOwn = stored.origin === 'STORE_VIEW';
  const initial = useMemo(() => ({ subject: stored.subject, html: stored.html, text: stored.text }), [stored]);
  const refresh = () => client.invalidateQueries({ queryKey: ['mail-templates'] });
  return (
    <Stack spacing={2}>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Chip size="small" label={t(`values:MailTemplateOrigin.${stored.origin}`)} />
        <ActionButton label={t('preview')} onClick={() => setOpen('preview')} />
        <ActionButton
          color="error"
          label={t('giveUp')}
          reason={isOwn ? null : t('nothingToGiveUp')}
          onClick={() => setOpen('reset')}
        />
      </Stack>
      <RecordForm
        key={round}
        label={t(`values:MailTemplateName.${stored.template}`)}
        version={isOwn ? stored.version : 0}
        initial={initial}
        sections={[
          {
            fields: [{ name: 'subject', label: t('subject'), isRequired: true, maxLength: LONGEST.subject }],
          },
          { fields: [{ name: 'html', label: t('html'), kind: 'area', isRequired: true, maxLength: LONGEST.html }] },
          { fields: [{ name: 'text', label: t('text'), kind: 'area', isRequired: true, maxLength: LONGEST.text }] },
        ]}
        save={(changed, version) => saveTemplate(storeViewId, stored, changed, version)}
        onSaved={refresh}
        onBack={() => void navigate({ to: '.', search: { storeView: storeViewId } as never })}
      >
        <Placeholders names={stored.placeholders} />
      </RecordForm>
      <Suspense fallback={null}>
        {open === 'preview' ? (
          <PreviewDialog storeViewId={storeViewId} template={stored.template} onClose={() => setOpen(null)} />
        ) : null}
        {open === 'reset' ? (
          <ActionDialog
            title={t('giveUp')}
            text={t('giveUpText')}
            confirm={t('giveUp')}
            isDangerous
            run={async () => {
              const input = { template: stored.template, storeViewId, expectedVersion: stored.version };
              return {
                errors: (await request(MailTemplateGiveUpDocument, { input })).mailTemplateReset?.userErrors ?? [],
              };
            }}
            onDone={async () => {
              await refresh();
              setRound(round + 1);
            }}
            onClose={() => setOpen(null)}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

/** What the service puts into this mail when it is sent. */
function Placeholders({ names }: { names: string[] }) {
  const { t } = useTranslation('mail-templates');
  return (
    <Paper variant="outlined" sx={{ p: 2 }}>
      <Typography variant="h2">{t('placeholders')}</Typography>
      <Typography sx={{ mb: 1 }}>{t('placeholdersText')}</Typography>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        {names.map((name) => (
          <code key={name}>{`{{ ${name} }}`}</code>
        ))}
      </Stack>
    </Paper>
  );
}

async function saveTemplate(
  storeViewId: string,
  stored: Template,
  changed: Values,
  version: number | undefined,
): Promise<Saved> {
  const { template, subject, html, text } = stored;
  const input = { template, storeViewId, expectedVersion: version, subject, html, text, ...changed };
  const errors = (await request(MailTemplateSaveDocument, { input })).mailTemplateUpdate?.userErrors ?? [];
  return { errors, conflict: errors.find((error) => 'conflicts' in error) };
}
