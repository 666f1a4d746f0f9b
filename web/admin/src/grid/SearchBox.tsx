import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';

const PAUSE = 400;

interface Props {
  value: string;
  label: string;
  onChange: (search: string) => void;
}

/** Searches while one types, after a pause; `/` leads here from anywhere. */
export function SearchBox({ value, label, onChange }: Props) {
  const { t } = useTranslation('grid');
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(() => setText(value), [value]);
  useSlash(() => field.current?.focus());

  function type(next: string) {
    setText(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onChange(next.trim()), PAUSE);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    window.clearTimeout(timer.current);
    onChange(text.trim());
  }

  return (
    <search>
      <form onSubmit={submit}>
        <TextField
          type="search"
          label={label}
          value={text}
          onChange={(event) => type(event.target.value)}
          inputRef={field}
          sx={{ width: { xs: 220, sm: 320 } }}
          slotProps={{
            htmlInput: { maxLength: 255, 'aria-keyshortcuts': '/' },
            input: {
              startAdornment: (
                <InputAdornment position="start">
                  <Icon name="search" titleAccess={t('search')} />
                </InputAdornment>
              ),
            },
          }}
        />
      </form>
    </search>
  );
}

function useSlash(run: () => void) {
  useEffect(() => {
    function listen(event: KeyboardEvent) {
      const target = event.target as HTMLElement;
      if (event.key !== '/' || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable) return;
      event.preventDefault();
      run();
    }
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  });
}
