import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/Failure';
import { ImportMapDocument, ImportMappingsDocument } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { request } from '../../graph/request';
import type { Import } from './ImportPage';

const mappingsQuery = queryOptions({
  queryKey: ['imports', 'mappings'],
  queryFn: ({ signal }) => request(ImportMappingsDocument, {}, { signal }),
});

/** Which value each column of the file is. */
export function MappingForm({ one }: { one: Import }) {
  const { t } = useTranslation('imports');
  const client = useQueryClient();
  const saved = useQuery(mappingsQuery).data?.customerImportMappings?.nodes ?? [];
  const [targets, setTargets] = useState(() => new Map(one.columns.map(({ name, target }) => [name, target ?? ''])));
  const [saveAs, setSaveAs] = useState('');
  const map = useMutation({
    mutationFn: async (): Promise<FieldError[]> => {
      const mapping = [...targets].map(([column, target]) => ({ column, target: target || null }));
      const input = { id: one.id, mapping, saveAs: saveAs.trim() || null };
      const { customerImportMap: done } = await request(ImportMapDocument, { input });
      await client.invalidateQueries({ queryKey: ['imports'] });
      return done?.userErrors ?? [];
    },
  });
  const missing = one.targets.filter(({ key, isRequired }) => isRequired && ![...targets.values()].includes(key));

  function submit(event: FormEvent) {
    event.preventDefault();
    map.mutate();
  }

  function takeOver(id: string) {
    const columns = saved.find((mapping) => mapping.id === id)?.columns ?? [];
    setTargets(
      new Map(one.columns.map(({ name }) => [name, columns.find(({ column }) => column === name)?.target ?? ''])),
    );
  }

  return (
    <Paper variant="outlined" component="form" onSubmit={submit} sx={{ p: 2 }}>
      <Stack spacing={2}>
        <Typography variant="h2">{t('mapping')}</Typography>
        {saved.length > 0 ? (
          <TextField select label={t('savedMapping')} value="" onChange={(event) => takeOver(event.target.value)}>
            {saved.map((mapping) => (
              <MenuItem key={mapping.id} value={mapping.id}>
                {mapping.name}
              </MenuItem>
            ))}
          </TextField>
        ) : null}
        {one.columns.map(({ name, samples }) => (
          <TextField
            key={name}
            select
            label={name}
            helperText={samples.filter(Boolean).slice(0, 3).join(' · ')}
            value={targets.get(name) ?? ''}
            onChange={(event) => setTargets(new Map(targets).set(name, event.target.value))}
            slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          >
            <MenuItem value="">{t('notRead')}</MenuItem>
            {one.targets.map(({ key, label, isRequired }) => (
              <MenuItem key={key} value={key}>
                {isRequired ? `${label} *` : label}
              </MenuItem>
            ))}
          </TextField>
        ))}
        {missing.length > 0 ? (
          <Alert severity="info">{t('missing', { names: missing.map(({ label }) => label).join(', ') })}</Alert>
        ) : null}
        <TextField
          label={t('saveAs')}
          helperText={t('saveAsHint')}
          value={saveAs}
          onChange={(event) => setSaveAs(event.target.value)}
          slotProps={{ htmlInput: { maxLength: 100 } }}
        />
        {map.error ? <Failure error={map.error} /> : null}
        {(map.data ?? []).map((problem) => (
          <Alert key={`${problem.key} ${problem.message}`} severity="error" role="alert">
            {problem.message}
          </Alert>
        ))}
        <Button
          type="submit"
          variant={one.status === 'MAPPING' ? 'contained' : 'outlined'}
          loading={map.isPending}
          disabled={missing.length > 0}
          sx={{ alignSelf: 'start' }}
        >
          {t('map')}
        </Button>
      </Stack>
    </Paper>
  );
}
