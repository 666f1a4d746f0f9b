import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import IconButton from '@mui/material/IconButton';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icons';
import type { PartsGiven } from '../../form/fields';
import type { StoreView } from './scopes';
import type { Option } from './values';

const PAGE = 50;
const MOST = 1000;

interface Props extends PartsGiven {
  storeViews: StoreView[];
  /** Whether forms start with one of them at most. */
  isSingle: boolean;
}

/** Options in their order, each with a code, a label and labels of store views. */
export function OptionsEditor({ value, onChange, error, isDisabled, storeViews, isSingle }: Props) {
  const { t } = useTranslation(['attribute', 'form']);
  const [shown, setShown] = useState(PAGE);
  const [hasLabels, setLabels] = useState(false);
  const options = value as unknown as Option[];
  const write = (next: Option[]) => onChange(next as unknown as PartsGiven['value']);

  function change(place: number, part: Partial<Option>) {
    write(
      options.map((one, index) => {
        if (index === place) return { ...one, ...part };
        return isSingle && part.isDefault ? { ...one, isDefault: false } : one;
      }),
    );
  }

  function move(place: number, by: number) {
    const next = [...options];
    const [one] = next.splice(place, 1);
    if (one) next.splice(place + by, 0, one);
    write(next);
  }

  function add() {
    setShown(Math.max(shown, options.length + 1));
    write([...options, { code: '', label: '', isDefault: false, isStored: false, labels: {} }]);
  }

  return (
    <Stack spacing={1.5}>
      {error ? (
        <Alert severity="error" role="alert">
          {error}
        </Alert>
      ) : null}
      {options.length === 0 ? <Typography color="textSecondary">{t('noOptions')}</Typography> : null}
      {options.slice(0, shown).map((option, place) => (
        <OptionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a new option has no name yet; its place is what it is known by
          key={place}
          option={option}
          place={place}
          isLast={place === options.length - 1}
          isDisabled={isDisabled}
          storeViews={hasLabels ? storeViews : []}
          onChange={(part) => change(place, part)}
          onMove={(by) => move(place, by)}
          onRemove={() => write(options.filter((_, index) => index !== place))}
        />
      ))}
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        {options.length > shown ? <Button onClick={() => setShown(shown + PAGE)}>{t('form:more')}</Button> : null}
        {isDisabled || options.length >= MOST ? null : (
          <Button startIcon={<Icon name="add" />} onClick={add}>
            {t('addOption')}
          </Button>
        )}
        {storeViews.length > 0 && options.length > 0 ? (
          <Button aria-pressed={hasLabels} onClick={() => setLabels(!hasLabels)}>
            {t('labelsOfViews')}
          </Button>
        ) : null}
      </Stack>
    </Stack>
  );
}

interface RowProps {
  option: Option;
  place: number;
  isLast: boolean;
  isDisabled: boolean;
  storeViews: StoreView[];
  onChange: (part: Partial<Option>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function OptionRow({ option, place, isLast, isDisabled, storeViews, ...on }: RowProps) {
  const { t } = useTranslation('attribute');
  const number = place + 1;
  return (
    <Box role="group" aria-label={t('optionNumber', { number })}>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <TextField
          required
          label={t('optionCode')}
          value={option.code}
          disabled={isDisabled || option.isStored}
          onChange={(event) => on.onChange({ code: event.target.value })}
          sx={{ width: 180 }}
          slotProps={{ htmlInput: { maxLength: 64 } }}
        />
        <TextField
          required
          label={t('optionLabel')}
          value={option.label}
          disabled={isDisabled}
          onChange={(event) => on.onChange({ label: event.target.value })}
          sx={{ minWidth: 180, flexGrow: 1 }}
          slotProps={{ htmlInput: { maxLength: 255 } }}
        />
        <Checkbox
          checked={option.isDefault}
          disabled={isDisabled}
          onChange={(_, isDefault) => on.onChange({ isDefault })}
          slotProps={{ input: { 'aria-label': t('optionDefault', { number }) } }}
        />
        {isDisabled ? null : (
          <>
            <IconButton aria-label={t('optionUp', { number })} disabled={place === 0} onClick={() => on.onMove(-1)}>
              <Icon name="up" />
            </IconButton>
            <IconButton aria-label={t('optionDown', { number })} disabled={isLast} onClick={() => on.onMove(1)}>
              <Icon name="down" />
            </IconButton>
            <IconButton aria-label={t('optionRemove', { number })} onClick={on.onRemove}>
              <Icon name="close" />
            </IconButton>
          </>
        )}
      </Stack>
      {storeViews.length > 0 ? (
        <Box sx={{ display: 'grid', gap: 1, mt: 1, gridTemplateColumns: 'repeat(auto-fill, minmax(180px, 1fr))' }}>
          {storeViews.map(({ id, name }) => (
            <TextField
              key={id}
              label={name}
              value={option.labels[id] ?? ''}
              disabled={isDisabled}
              onChange={(event) => on.onChange({ labels: { ...option.labels, [id]: event.target.value } })}
              slotProps={{ htmlInput: { maxLength: 255 } }}
            />
          ))}
        </Box>
      ) : null}
    </Box>
  );
}
