import Paper from '@mui/material/Paper';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import type { ReactNode } from 'react';

/** Below it words are broken apart; a narrow page scrolls the table instead. */
const COLUMN = '6.5rem';

interface Props<R> {
  label: string;
  heads: string[];
  rows: R[];
  keyOf: (row: R) => string;
  cells: (row: R) => ReactNode[];
}

/** A short table of what belongs to one record; long lists are grids. */
export function DataTable<R>({ label, heads, rows, keyOf, cells }: Props<R>) {
  return (
    <TableContainer component={Paper} variant="outlined" tabIndex={0}>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            {heads.map((head) => (
              <TableCell key={head} sx={{ minWidth: COLUMN }}>
                {head}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={keyOf(row)}>
              {cells(row).map((cell, place) => (
                <TableCell key={heads[place]} sx={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
                  {cell}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
