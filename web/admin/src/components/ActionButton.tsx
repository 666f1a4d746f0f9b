import Button, { type ButtonProps } from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';

interface Props extends Omit<ButtonProps, 'children' | 'onClick'> {
  label: string;
  /** Why a rule forbids it now: it stays in reach of the keyboard and says so. */
  reason?: string | null;
  onClick: () => void;
}

export function ActionButton({ label, reason, onClick, sx, ...rest }: Props) {
  return (
    <Tooltip title={reason ?? ''}>
      <Button
        size="small"
        variant="outlined"
        {...rest}
        aria-disabled={reason ? true : undefined}
        sx={{ ...(reason ? { color: 'text.secondary', borderStyle: 'dashed' } : {}), ...sx }}
        onClick={() => (reason ? undefined : onClick())}
      >
        {label}
      </Button>
    </Tooltip>
  );
}
