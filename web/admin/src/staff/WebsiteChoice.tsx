import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';

interface Props {
  websites: { id: string; name: string }[];
  /** Null for all websites. */
  chosen: string[] | null;
  isReadOnly?: boolean;
  onChange: (chosen: string[] | null) => void;
}

const ALL = 'all';

/** All websites, or some of them. */
export function WebsiteChoice({ websites, chosen, isReadOnly = false, onChange }: Props) {
  const { t } = useTranslation('form');
  function change(value: string[]) {
    const named = value.filter((one) => one !== ALL);
    onChange(value.at(-1) === ALL || named.length === 0 ? null : named);
  }
  return (
    <TextField
      select
      fullWidth
      label={t('websites')}
      disabled={isReadOnly}
      value={chosen ?? [ALL]}
      onChange={(event) => change(event.target.value as unknown as string[])}
      slotProps={{ select: { multiple: true } }}
    >
      <MenuItem value={ALL}>{t('allWebsites')}</MenuItem>
      {websites.map(({ id, name }) => (
        <MenuItem key={id} value={id}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}
