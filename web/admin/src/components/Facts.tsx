import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

interface Props {
  title: string;
  /** Names and values; what is empty is shown as a dash. */
  facts: (readonly [string, string | null | undefined])[];
}

export function Facts({ title, facts }: Props) {
  return (
    <Paper variant="outlined" sx={{ p: 2, minWidth: 0 }}>
      <Typography variant="h2" sx={{ mb: 1 }}>
        {title}
      </Typography>
      <Typography
        component="dl"
        sx={{
          display: 'grid',
          gridTemplateColumns: 'minmax(100px, auto) 1fr',
          columnGap: 2,
          rowGap: 0.5,
          m: 0,
          '& dd': { m: 0, overflowWrap: 'anywhere' },
        }}
      >
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value || '–'} />
        ))}
      </Typography>
    </Paper>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
