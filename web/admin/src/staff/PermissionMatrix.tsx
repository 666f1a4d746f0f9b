import Checkbox from '@mui/material/Checkbox';
import Paper from '@mui/material/Paper';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import type { StaffPermission } from '../generated/graphql';
import { useViewer } from '../graph/viewer';

interface Props {
  chosen: StaffPermission[];
  /** Permissions that this kind of holder never has. */
  never?: StaffPermission[];
  isReadOnly?: boolean;
  onChange: (chosen: StaffPermission[]) => void;
}

/** Every permission, what it allows, and what its holder can do with it at worst. Nobody grants more than they have. */
export function PermissionMatrix({ chosen, never = [], isReadOnly = false, onChange }: Props) {
  const { t, i18n } = useTranslation(['permissions', 'permission-risks', 'form']);
  const own = useViewer().permissions;
  // Each permission has a text, which a test holds.
  const all = (Object.keys(i18n.getResourceBundle(i18n.language, 'permissions')) as StaffPermission[]).filter(
    (one) => !never.includes(one),
  );
  const toggle = (permission: StaffPermission) =>
    onChange(chosen.includes(permission) ? chosen.filter((one) => one !== permission) : [...chosen, permission]);
  return (
    <TableContainer component={Paper} variant="outlined" tabIndex={0}>
      <Table size="small" aria-label={t('form:permissions')}>
        <TableHead>
          <TableRow>
            <TableCell>{t('form:permission')}</TableCell>
            <TableCell>{t('form:atWorst')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {all.map((permission) => {
            const isMissing = !own.includes(permission) && !chosen.includes(permission);
            return (
              <TableRow key={permission}>
                <TableCell component="th" scope="row">
                  <Checkbox
                    size="small"
                    checked={chosen.includes(permission)}
                    disabled={isReadOnly || isMissing}
                    onChange={() => toggle(permission)}
                    slotProps={{ input: { 'aria-label': t(`permissions:${permission}`) } }}
                  />
                  {t(`permissions:${permission}`)}
                </TableCell>
                <TableCell>
                  {t(`permission-risks:${permission}`, { defaultValue: '' })}
                  {isMissing && !isReadOnly ? ` ${t('form:notYours')}` : null}
                </TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
