import Box from '@mui/material/Box';
import FormHelperText from '@mui/material/FormHelperText';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { Part, PartsGiven } from '../../form/fields';
import type { AttributeType } from '../../generated/graphql';

interface Props extends PartsGiven {
  websites: { id: string; name: string }[];
  type: AttributeType;
}

const FLAGS = ['isRequired', 'isVisible'] as const;
const WITHOUT_DEFAULT: AttributeType[] = ['SELECT', 'MULTI_SELECT', 'FILE', 'IMAGE'];

/** What a website decides for itself; what it does not is as in the attribute. */
export function WebsitesEditor({ value, onChange, error, isDisabled, websites, type }: Props) {
  const { t } = useTranslation('attribute');
  const of = (id: string): Part => value.find((one) => one.websiteId === id) ?? { websiteId: id };

  function change(id: string, part: Part) {
    const next = { ...of(id), ...part };
    onChange([...value.filter((one) => one.websiteId !== id), next]);
  }

  return (
    <Stack spacing={2}>
      {error ? <FormHelperText error>{error}</FormHelperText> : null}
      {websites.map(({ id, name }) => (
        <Box key={id} role="group" aria-label={name}>
          <Typography component="h3" sx={{ fontWeight: 600, mb: 1 }}>
            {name}
          </Typography>
          <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
            {FLAGS.map((flag) => (
              <Choice
                key={flag}
                label={t(`field.${flag}`)}
                value={String(of(id)[flag] ?? '')}
                isDisabled={isDisabled}
                onChange={(answer) => change(id, { [flag]: answer })}
              />
            ))}
            {WITHOUT_DEFAULT.includes(type) ? null : type === 'BOOLEAN' ? (
              <Choice
                label={t('field.defaultValue')}
                value={String(of(id).defaultValue ?? '')}
                isDisabled={isDisabled}
                onChange={(defaultValue) => change(id, { defaultValue })}
              />
            ) : (
              <TextField
                label={t('field.defaultValue')}
                multiline={type === 'MULTILINE' || type === 'TEXT_AREA'}
                type={type === 'DATE' ? 'date' : 'text'}
                value={String(of(id).defaultValue ?? '')}
                disabled={isDisabled}
                onChange={(event) => change(id, { defaultValue: event.target.value })}
                slotProps={{
                  inputLabel: type === 'DATE' ? { shrink: true } : undefined,
                  htmlInput: { maxLength: 4096 },
                }}
              />
            )}
          </Stack>
        </Box>
      ))}
    </Stack>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  isDisabled: boolean;
  onChange: (value: string) => void;
}

function Choice({ label, value, isDisabled, onChange }: ChoiceProps) {
  const { t } = useTranslation(['attribute', 'grid']);
  return (
    <TextField
      select
      label={label}
      value={value}
      disabled={isDisabled}
      onChange={(event) => onChange(event.target.value)}
      sx={{ minWidth: 180 }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value="">{t('asAttribute')}</MenuItem>
      <MenuItem value="true">{t('grid:boolean.true')}</MenuItem>
      <MenuItem value="false">{t('grid:boolean.false')}</MenuItem>
    </TextField>
  );
}
