import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';
import { type ListState, SIZES } from './state';

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor?: string | null;
  endCursor?: string | null;
}

interface Props {
  pageInfo: PageInfo | undefined;
  state: ListState;
  onChange: (change: Partial<ListState>) => void;
}

export function Pager({ pageInfo, state, onChange }: Props) {
  const { t } = useTranslation('grid');
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center', justifyContent: 'flex-end', pt: 1 }}>
      <TextField
        select
        label={t('pageSize')}
        value={state.size}
        onChange={(event) => onChange({ size: Number(event.target.value) })}
        sx={{ width: 110 }}
      >
        {SIZES.map((size) => (
          <MenuItem key={size} value={size}>
            {size}
          </MenuItem>
        ))}
      </TextField>
      <IconButton
        aria-label={t('previousPage')}
        disabled={!pageInfo?.hasPreviousPage}
        onClick={() => onChange({ before: pageInfo?.startCursor ?? null, after: null })}
      >
        <Icon name="back" />
      </IconButton>
      <IconButton
        aria-label={t('nextPage')}
        disabled={!pageInfo?.hasNextPage}
        onClick={() => onChange({ after: pageInfo?.endCursor ?? null, before: null })}
      >
        <Icon name="next" />
      </IconButton>
    </Stack>
  );
}
