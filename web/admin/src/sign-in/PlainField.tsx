import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import InputLabel from '@mui/material/InputLabel';
import OutlinedInput from '@mui/material/OutlinedInput';
import type { InputHTMLAttributes } from 'react';
import { useId } from 'react';

type Props = InputHTMLAttributes<HTMLInputElement> & { label: string; hint?: string; isWrong?: boolean };

/** A text field without the menus that `TextField` brings: pages without a session are to load little. */
export function PlainField({ label, hint, isWrong = false, autoFocus, name, ...attributes }: Props) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <FormControl size="small" error={isWrong} fullWidth>
      <InputLabel htmlFor={id}>{label}</InputLabel>
      <OutlinedInput
        id={id}
        name={name}
        label={label}
        autoFocus={autoFocus}
        type={attributes.type}
        inputProps={{ ...attributes, 'aria-describedby': hint ? hintId : undefined }}
      />
      {hint ? <FormHelperText id={hintId}>{hint}</FormHelperText> : null}
    </FormControl>
  );
}

/** What was typed into the fields of a form, by their names. */
export function readForm(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}
