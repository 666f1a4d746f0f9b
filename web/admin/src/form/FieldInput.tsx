import Checkbox from '@mui/material/Checkbox';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { type ReactElement, useId } from 'react';
import { type Control, Controller } from 'react-hook-form';
import { FileInput } from './FileInput';
import type { Field, Part, Value, Values } from './fields';

const TYPES: Record<string, string> = {
  email: 'email',
  password: 'password',
  number: 'text',
  date: 'date',
  time: 'datetime-local',
};
const LONGEST = 4000;
// Browsers count an emoji as two, the service as one: it refuses what is too long, and nothing is cut off here.
const UNITS = 2;

interface Props {
  control: Control<Values>;
  field: Field;
  error?: string;
  autoFocus?: boolean;
}

/** One field of a form by its kind, with what is wrong about it, or why it cannot be changed. */
export function FieldInput({ control, field, error, autoFocus = false }: Props) {
  return (
    <Controller
      control={control}
      name={field.name}
      render={({ field: bound }) =>
        field.render ? (
          (field.render({
            value: (bound.value as Part[] | undefined) ?? [],
            onChange: bound.onChange,
            error,
            isDisabled: field.isDisabled ?? field.reason !== undefined,
          }) as ReactElement)
        ) : (
          <PlainInput field={field} error={error} value={bound.value} onChange={bound.onChange} autoFocus={autoFocus} />
        )
      }
    />
  );
}

interface PlainProps {
  field: Field;
  error?: string;
  value: Value | undefined;
  onChange: (value: Value) => void;
  autoFocus?: boolean;
}

/** The same for who keeps its value otherwise. */
export function PlainInput({ autoFocus = false, ...rest }: PlainProps) {
  const { field, error, value, onChange } = rest;
  if (field.kind === 'boolean') {
    return <Check field={field} error={error} isOn={value === true} onChange={onChange} />;
  }
  if (field.kind === 'file' && field.file) {
    return <FileInput field={field} about={field.file} error={error} value={String(value ?? '')} onChange={onChange} />;
  }
  return <Text {...rest} autoFocus={autoFocus} />;
}

interface TextProps extends PlainProps {
  autoFocus: boolean;
}

function Text({ field, error, value, onChange, autoFocus }: TextProps) {
  const { kind = 'text' } = field;
  const isChoice = kind === 'select' || kind === 'multi';
  const isTall = kind === 'area' || kind === 'lines';
  const shown = kind === 'lines' && Array.isArray(value) ? value.join('\n') : (value ?? (kind === 'multi' ? [] : ''));
  return (
    <TextField
      fullWidth
      label={field.label}
      autoFocus={autoFocus}
      required={field.isRequired}
      disabled={field.isDisabled ?? field.reason !== undefined}
      error={error !== undefined}
      helperText={error ?? field.reason ?? field.hint}
      select={isChoice}
      multiline={isTall}
      minRows={isTall ? 2 : undefined}
      maxRows={isTall ? 12 : undefined}
      type={isChoice ? undefined : (TYPES[kind] ?? 'text')}
      autoComplete={kind === 'password' ? (field.autoComplete ?? 'new-password') : undefined}
      value={shown}
      onChange={(event) => onChange(kind === 'lines' ? event.target.value.split('\n') : event.target.value)}
      slotProps={{
        select: { multiple: kind === 'multi' },
        htmlInput: isChoice
          ? undefined
          : { maxLength: UNITS * (field.maxLength ?? LONGEST), inputMode: kind === 'number' ? 'decimal' : undefined },
        formHelperText: { disabled: false },
        inputLabel: kind === 'date' || kind === 'time' ? { shrink: true } : undefined,
      }}
    >
      {isChoice
        ? (field.options ?? []).map((option) => (
            <MenuItem key={option.value} value={option.value}>
              {option.label}
            </MenuItem>
          ))
        : null}
    </TextField>
  );
}

interface CheckProps {
  field: Field;
  error?: string;
  isOn: boolean;
  onChange: (value: Value) => void;
}

function Check({ field, error, isOn, onChange }: CheckProps) {
  const id = useId();
  const told = error ?? field.reason ?? field.hint;
  return (
    <FormControl error={error !== undefined}>
      <FormControlLabel
        label={field.label}
        disabled={field.isDisabled ?? field.reason !== undefined}
        control={
          <Checkbox
            checked={isOn}
            onChange={(_, checked) => onChange(checked)}
            slotProps={{ input: { 'aria-describedby': told ? id : undefined } }}
          />
        }
      />
      {told ? (
        <FormHelperText id={id} disabled={false}>
          {told}
        </FormHelperText>
      ) : null}
    </FormControl>
  );
}
