import Paper from '@mui/material/Paper';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../components/QueryFrame';
import { ImportPreviewDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import type { Import } from './ImportPage';

/** The first rows, and at each cell what is wrong with it. */
export function ImportPreview({ one }: { one: Import }) {
  const { t } = useTranslation('imports');
  const mapped = one.columns.map(({ target }) => target).join();
  const preview = useQuery({
    queryKey: ['imports', one.id, 'preview', mapped],
    queryFn: ({ signal }) => request(ImportPreviewDocument, { id: one.id }, { signal }),
    enabled: one.status === 'READY',
  });
  if (one.status !== 'READY') return null;
  return (
    <QueryFrame query={preview}>
      {({ customerImport }) => {
        const rows = customerImport?.preview ?? [];
        if (rows.length === 0) return null;
        return (
          <Paper variant="outlined" sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('preview')}>
            <Table size="small">
              <TableHead>
                <TableRow>
                  <TableCell>{t('line')}</TableCell>
                  {rows[0]?.cells.map(({ column }) => (
                    <TableCell key={column}>{column}</TableCell>
                  ))}
                </TableRow>
              </TableHead>
              <TableBody>
                {rows.map(({ line, cells }) => (
                  <TableRow key={line}>
                    <TableCell component="th" scope="row">
                      {line}
                    </TableCell>
                    {cells.map(({ column, value, message }) => (
                      <TableCell
                        key={column}
                        aria-invalid={message ? true : undefined}
                        sx={message ? { outline: '2px solid', outlineColor: 'error.main' } : {}}
                      >
                        {value}
                        {message ? (
                          <Typography variant="caption" component="div" color="error">
                            {message}
                          </Typography>
                        ) : null}
                      </TableCell>
                    ))}
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </Paper>
        );
      }}
    </QueryFrame>
  );
}
