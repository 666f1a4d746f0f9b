import Checkbox from '@mui/material/Checkbox';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import type { OpenList } from '../../../grid/ListView';
import type { Parameters } from './parameters';

interface Props {
  action: string;
  list: OpenList;
  given: Parameters;
  onChange: (given: Parameters) => void;
}

const GENDERS = ['MALE', 'FEMALE', 'NOT_SPECIFIED'];
const FLAG = 'isAutomaticGroupChangeDisabled';
const EDITED = ['prefix', 'suffix', 'gender', 'taxVatNumber', 'birthYear', FLAG];

/** The fields that an action takes. */
export function ParameterFields({ action, list, given, onChange }: Props) {
  const { t } = useTranslation('bulk');
  const set = (part: Partial<Parameters>) => onChange({ ...given, ...part });
  switch (action) {
    case 'ASSIGN_GROUP':
      return (
        <TextField
          select
          required
          label={t('group')}
          value={given.groupId}
          onChange={(event) => set({ groupId: event.target.value })}
        >
          {(list.facts.options.assignableGroup ?? []).map((group) => (
            <MenuItem key={group.value} value={group.value}>
              {group.label}
            </MenuItem>
          ))}
        </TextField>
      );
    case 'ADD_TAGS':
    case 'REMOVE_TAGS':
      return (
        <TextField
          required
          label={t('tags')}
          helperText={t('tagsHint')}
          value={given.tags}
          onChange={(event) => set({ tags: event.target.value })}
        />
      );
    case 'LOCK':
      return (
        <>
          <TextField
            type="datetime-local"
            label={t('lockedUntil')}
            helperText={t('lockedUntilHint')}
            value={given.lockedUntil}
            onChange={(event) => set({ lockedUntil: event.target.value })}
            slotProps={{ inputLabel: { shrink: true } }}
          />
          <TextField
            multiline
            minRows={2}
            label={t('note')}
            value={given.note}
            onChange={(event) => set({ note: event.target.value })}
            slotProps={{ htmlInput: { maxLength: 1000 } }}
          />
        </>
      );
    case 'EDIT':
      return <EditedFields edit={given.edit} onChange={(edit) => set({ edit })} />;
    default:
      return null;
  }
}

/** A tick takes a field into the change; one that is left empty then clears the value. */
function EditedFields({ edit, onChange }: { edit: Parameters['edit']; onChange: (edit: Parameters['edit']) => void }) {
  const { t } = useTranslation(['bulk', 'columns']);

  function tick(field: string) {
    const { [field]: before, ...others } = edit;
    onChange(before === undefined ? { ...edit, [field]: field === FLAG ? 'true' : '' } : others);
  }

  return (
    <Stack spacing={1}>
      {EDITED.map((field) => {
        const label = t(`bulk:field.${field}`);
        const isTicked = edit[field] !== undefined;
        return (
          <Stack key={field} direction="row" spacing={1} sx={{ alignItems: 'center' }}>
            <Checkbox
              checked={isTicked}
              onChange={() => tick(field)}
              slotProps={{ input: { 'aria-label': t('bulk:change', { name: label }) } }}
            />
            <EditedField
              field={field}
              label={label}
              value={edit[field] ?? ''}
              isDisabled={!isTicked}
              onChange={(value) => onChange({ ...edit, [field]: value })}
            />
          </Stack>
        );
      })}
    </Stack>
  );
}

interface FieldProps {
  field: string;
  label: string;
  value: string;
  isDisabled: boolean;
  onChange: (value: string) => void;
}

function EditedField({ field, label, value, isDisabled, onChange }: FieldProps) {
  const { t } = useTranslation(['bulk', 'values', 'grid']);
  const shared = { fullWidth: true, label, value, disabled: isDisabled };
  if (field !== 'gender' && field !== FLAG) {
    return (
      <TextField
        {...shared}
        type={field === 'birthYear' ? 'number' : 'text'}
        helperText={!isDisabled && value === '' ? t('bulk:clears') : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const options = field === FLAG ? ['true', 'false'] : ['', ...GENDERS];
  return (
    <TextField {...shared} select onChange={(event) => onChange(event.target.value)}>
      {options.map((one) => (
        <MenuItem key={one} value={one}>
          {field === FLAG ? t(`grid:boolean.${one}`) : one ? t(`values:Gender.${one}`) : t('grid:isNull.true')}
        </MenuItem>
      ))}
    </TextField>
  );
}
