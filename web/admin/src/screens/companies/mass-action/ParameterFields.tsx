import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import type { OpenList } from '../../../grid/ListView';
import type { Option } from '../../../grid/labels';
import { useRepresentatives } from '../representatives';

export interface Parameters {
  groupId: string;
  /** Empty for nobody. */
  salesRepresentativeId: string;
}

export const NOTHING_GIVEN: Parameters = { groupId: '', salesRepresentativeId: '' };

interface Props {
  action: string;
  list: OpenList;
  given: Parameters;
  onChange: (given: Parameters) => void;
}

/** The fields that an action takes. */
export function ParameterFields({ action, list, given, onChange }: Props) {
  const { t } = useTranslation('bulk');
  switch (action) {
    case 'ASSIGN_GROUP':
      return (
        <Choice
          label={t('group')}
          value={given.groupId}
          options={list.facts.options.assignableGroup ?? []}
          onChange={(groupId) => onChange({ ...given, groupId })}
        />
      );
    case 'ASSIGN_SALES_REPRESENTATIVE':
      return (
        <Representative
          value={given.salesRepresentativeId}
          onChange={(salesRepresentativeId) => onChange({ ...given, salesRepresentativeId })}
        />
      );
    default:
      return null;
  }
}

function Representative({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('bulk');
  const known = useRepresentatives();
  return (
    <Choice
      label={t('representative')}
      value={value}
      empty={t('nobody')}
      options={[{ value: '', label: t('nobody') }, ...known]}
      onChange={onChange}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  /** What an empty choice means; without it one is required. */
  empty?: string;
  options: Option[];
  onChange: (value: string) => void;
}

function Choice({ label, value, empty, options, onChange }: ChoiceProps) {
  return (
    <TextField
      select
      required={empty === undefined}
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      slotProps={empty === undefined ? undefined : { select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      {options.map((one) => (
        <MenuItem key={one.value} value={one.value}>
          {one.label}
        </MenuItem>
      ))}
    </TextField>
  );
}
