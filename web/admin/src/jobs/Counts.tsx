import Box from '@mui/material/Box';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';

export interface OutcomeCounts {
  doneCount: number;
  unchangedCount: number;
  refusedCount: number;
  notFoundCount: number;
  failedCount: number;
  canceledCount: number;
}

const OUTCOMES = {
  DONE: 'doneCount',
  UNCHANGED: 'unchangedCount',
  REFUSED: 'refusedCount',
  NOT_FOUND: 'notFoundCount',
  FAILED: 'failedCount',
  CANCELED: 'canceledCount',
} as const;

/** How many records have which outcome; what happened to none is left out, but for what was done. */
export function Counts({ counts }: { counts: OutcomeCounts }) {
  const { t } = useTranslation(['job', 'values']);
  const { number } = useFormats();
  const shown = Object.entries(OUTCOMES).filter(([outcome, field]) => outcome === 'DONE' || counts[field] > 0);
  return (
    <Box
      component="dl"
      aria-label={t('job:outcomes')}
      sx={{ display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 2, m: 0, '& dd': { m: 0, fontWeight: 600 } }}
    >
      {shown.map(([outcome, field]) => (
        <Count key={outcome} name={t(`values:RowOutcome.${outcome}`)} value={number(counts[field])} />
      ))}
    </Box>
  );
}

function Count({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
