import InputBase from '@mui/material/InputBase';
import Tooltip from '@mui/material/Tooltip';
import { type GridRenderEditCellParams, useGridApiContext } from '@mui/x-data-grid';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Row } from './ListGrid';

type Props = GridRenderEditCellParams<Row> & { save: (row: Row, value: string | null) => Promise<Row | string> };

/** Saves on Enter and stays open with what is wrong; Esc gives up what was typed. */
export function EditCell({ id, field, row, value, hasFocus, colDef, save }: Props) {
  const { t } = useTranslation('grid');
  const api = useGridApiContext();
  const before = value === null || value === undefined ? '' : String(value);
  const [text, setText] = useState(before);
  const [wrong, setWrong] = useState('');
  const [isSaving, setSaving] = useState(false);
  // Read at once, not after the next rendering: a dialog takes the focus while the cell is being saved.
  const busy = useRef(false);
  const refused = useRef<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  useEffect(() => {
    if (hasFocus) input.current?.focus();
  }, [hasFocus]);

  function leave() {
    busy.current = true;
    api.current.stopCellEditMode({ id, field, ignoreModifications: true });
    api.current.setCellFocus(id, field);
  }

  async function commit() {
    if (busy.current) return;
    if (text.trim() === before) return leave();
    busy.current = true;
    setSaving(true);
    const saved = await save(row, text.trim() || null).catch((error: Error) => error.message);
    setSaving(false);
    busy.current = false;
    refused.current = typeof saved === 'string' ? text : null;
    if (typeof saved === 'string') {
      setWrong(saved);
      input.current?.focus();
      return;
    }
    leave();
    api.current.updateRows([saved]);
  }

  function press(event: KeyboardEvent) {
    // The grid would leave the cell by these, whatever became of the value.
    if (['Enter', 'Tab', 'Escape'].includes(event.key)) event.stopPropagation();
    if (event.key === 'Escape') leave();
    if (event.key === 'Enter' || event.key === 'Tab') {
      event.preventDefault();
      void commit();
    }
  }

  return (
    <Tooltip open={wrong !== ''} title={wrong} placement="bottom-start" describeChild={false}>
      <InputBase
        inputRef={input}
        value={text}
        readOnly={isSaving}
        fullWidth
        onChange={(event) => {
          setText(event.target.value);
          setWrong('');
        }}
        onKeyDown={press}
        onBlur={() => refused.current !== text && void commit()}
        error={wrong !== ''}
        sx={{ px: 1, bgcolor: wrong ? 'error.light' : undefined }}
        inputProps={{
          'aria-label': colDef.headerName,
          'aria-invalid': wrong !== '',
          'aria-errormessage': wrong ? hint : undefined,
          'aria-busy': isSaving,
        }}
        endAdornment={
          <span id={hint} role="alert" style={{ position: 'absolute', width: 1, height: 1, overflow: 'hidden' }}>
            {wrong ? t('cellError', { message: wrong }) : ''}
          </span>
        }
      />
    </Tooltip>
  );
}
