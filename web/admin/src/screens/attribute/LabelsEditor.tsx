import Box from '@mui/material/Box';
import FormHelperText from '@mui/material/FormHelperText';
import TextField from '@mui/material/TextField';
import type { PartsGiven } from '../../form/fields';
import type { StoreView } from './scopes';

/** A label for each store view; what is empty shows the label of the shop. */
export function LabelsEditor({
  value,
  onChange,
  error,
  isDisabled,
  storeViews,
}: PartsGiven & { storeViews: StoreView[] }) {
  const labels = value[0] ?? {};
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(min(260px, 100%), 1fr))' }}>
      {storeViews.map(({ id, name }) => (
        <TextField
          key={id}
          label={name}
          value={String(labels[id] ?? '')}
          disabled={isDisabled}
          onChange={(event) => onChange([{ ...labels, [id]: event.target.value }])}
          slotProps={{ htmlInput: { maxLength: 255 } }}
        />
      ))}
      {error ? <FormHelperText error>{error}</FormHelperText> : null}
    </Box>
  );
}
