import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { attributeFields, type Definition } from '../../form/attributes';
import { FieldInput } from '../../form/FieldInput';
import type { Part, Values } from '../../form/fields';
import type { AttributeForm } from '../../generated/graphql';
import { type Facts, formsQuery } from './queries';
import { useScopes } from './scopes';
import { FORMS, formName, type Option, readLabels, ruleName } from './values';

interface Draft extends Definition {
  labels: Record<string, string>;
  sortOrder: number;
  forms: AttributeForm[];
  options: (Definition['options'][number] & { labels: Record<string, string> })[];
}

/** The form as customers would see it, with the attribute in its place, in the words of a store view. */
export function Preview({ facts, values }: { facts: Facts; values: Values }) {
  const { t } = useTranslation(['attribute', 'values', 'grid']);
  const { storeViews } = useScopes();
  const others = useQuery(formsQuery(facts.entity)).data?.attributes ?? [];
  const draft = draftOf(facts, values);
  const [chosen, setChosen] = useState<AttributeForm | ''>('');
  const [viewId, setView] = useState('');
  const forms = FORMS.filter((form) => draft.forms.includes(form));
  const form = chosen && forms.includes(chosen) ? chosen : forms[0];
  const all = [...others.filter((one) => one.id !== facts.id).map(definitionOf), draft];
  const shown = all
    .filter((one) => form && one.forms.includes(form) && (one === draft || one.isSystem || one.isVisible))
    .toSorted((one, other) => one.sortOrder - other.sortOrder);
  const words = (labels: Record<string, string>, label: string) => labels[viewId] || label;
  const told = shown.map((one) => ({
    ...one,
    isSystem: false,
    isBeingDeleted: false,
    isVisible: true,
    label: words(one.labels, one.label) || t('unnamed'),
    options: one.options.map(({ code, label, labels }) => ({ code, label: words(labels, label) })),
  }));
  return (
    <Paper variant="outlined" component="section" aria-label={t('preview')} sx={{ p: 2 }}>
      <Typography variant="h2" sx={{ mb: 2 }}>
        {t('preview')}
      </Typography>
      {form ? (
        <Stack spacing={2}>
          <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
            <TextField
              select
              label={t('previewForm')}
              value={form}
              onChange={(event) => setChosen(event.target.value as AttributeForm)}
              sx={{ minWidth: 200 }}
            >
              {forms.map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`values:AttributeForm.${one}`)}
                </MenuItem>
              ))}
            </TextField>
            <TextField
              select
              label={t('previewView')}
              value={viewId}
              onChange={(event) => setView(event.target.value)}
              sx={{ minWidth: 200 }}
              slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
            >
              <MenuItem value="">{t('ofShop')}</MenuItem>
              {storeViews.map(({ id, name }) => (
                <MenuItem key={id} value={id}>
                  {name}
                </MenuItem>
              ))}
            </TextField>
          </Stack>
          <Shown key={form} definitions={told} own={draft.code} />
          {values.isVisible === true || facts.isSystem ? null : (
            <Typography color="textSecondary">{t('previewHidden')}</Typography>
          )}
        </Stack>
      ) : (
        <Typography color="textSecondary">{t('noForm')}</Typography>
      )}
    </Paper>
  );
}

function Shown({ definitions, own }: { definitions: Definition[]; own: string }) {
  const { t } = useTranslation('grid');
  const fields = attributeFields(definitions, t('boolean.true'), t('boolean.false'));
  const initial = useMemo(() => ({}), []);
  const { control } = useForm<Values>({ values: initial });
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(min(260px, 100%), 1fr))' }}>
      {fields.map((field, place) => (
        <Box
          key={field.name}
          sx={{ p: 0.5, borderRadius: 1, bgcolor: definitions[place]?.code === own ? 'action.selected' : undefined }}
        >
          <FieldInput
            control={control}
            field={{ ...field, name: `preview:${place}`, isDisabled: field.kind === 'file' }}
          />
        </Box>
      ))}
    </Box>
  );
}

function definitionOf(facts: Facts): Draft {
  return {
    ...facts,
    labels: readLabels(facts.labels),
    options: facts.options.map(({ labels, ...option }) => ({ ...option, labels: readLabels(labels) })),
  };
}

function draftOf(facts: Facts, values: Values): Draft {
  const order = Number(values.sortOrder);
  return {
    ...facts,
    code: String(values.code ?? ''),
    label: String(values.label ?? ''),
    labels: ((values.labels as Part[] | undefined)?.[0] ?? {}) as Record<string, string>,
    sortOrder: values.sortOrder === '' || Number.isNaN(order) ? Number.MAX_SAFE_INTEGER : order,
    forms: FORMS.filter((form) => values[formName(form)] === true),
    isRequired: values.isRequired === true,
    rules: { maxLength: Number(values[ruleName('maxLength')]) || null },
    options: ((values.options as unknown as Option[]) ?? []).filter((option) => option.code !== ''),
  };
}
