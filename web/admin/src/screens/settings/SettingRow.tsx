import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { PlainInput } from '../../form/FieldInput';
import type { Value } from '../../form/fields';
import type { ConfigurationScope } from '../../generated/graphql';
import { type Edit, fieldOf, nameOf, type Places, type Setting, shownValue } from './settings';

interface Props {
  setting: Setting;
  places: Places | undefined;
  at: ConfigurationScope;
  edit: Edit | undefined;
  error?: string;
  /** Null lets the setting inherit. */
  onChange: (value: Value | null) => void;
  onDrop: () => void;
  /** Opens what changes a setting with more than its value. */
  onOpen: (() => void) | null;
}

const TOLD_BY = { GLOBAL: 'fromShop', WEBSITE: 'fromWebsite', STORE_VIEW: 'fromStoreView' };

/** One setting: what it decides, its value at the scope, and where that comes from. */
export function SettingRow({ setting, places, at, edit, error, onChange, onDrop, onOpen }: Props) {
  const { t } = useTranslation(['settings', 'setting-labels', 'values', 'permissions']);
  const isOwn = edit ? edit.value !== null : setting.setAt === at;
  const stored = setting.setAt === at && !isOwn ? setting.inheritedValue : setting.value;
  const value = edit?.value ?? shownValue(setting, stored);
  const missing = setting.missingPermission?.toUpperCase().replace('.', '_');
  const lacks = missing ? t('lacks', { permission: t(`permissions:${missing}`) }) : undefined;
  const own = setting.ownMutation ? t(`ownMutation.${setting.ownMutation}`) : undefined;
  const reason = lacks ?? own ?? setting.refusal?.message;
  const field = fieldOf(setting, places, t as never);

  function inherit(isInherited: boolean) {
    if (!isInherited) onChange(setting.isSecret ? '' : value);
    else if (setting.setAt === at) onChange(null);
    else onDrop();
  }

  return (
    <Box
      role="group"
      aria-label={nameOf(setting, t as never)}
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { md: '1fr 1fr' },
        py: 2,
        borderTop: 1,
        borderColor: 'divider',
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <Typography lang="en">{setting.description}</Typography>
        <Typography component="code" variant="caption" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
          {setting.path}
        </Typography>
      </Box>
      <Box sx={{ minWidth: 0 }}>
        <PlainInput
          field={{ ...field, reason, hint: field.hint, isDisabled: reason !== undefined || !isOwn }}
          error={error}
          value={value}
          onChange={onChange}
        />
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
          {reason === undefined ? (
            <FormControlLabel
              control={<Checkbox size="small" checked={!isOwn} onChange={(_, checked) => inherit(checked)} />}
              label={t(at === 'GLOBAL' ? 'useDefault' : 'inherit')}
            />
          ) : null}
          {isOwn ? null : (
            <Typography variant="caption" color="textSecondary">
              {t(setting.setAt && setting.setAt !== at ? TOLD_BY[setting.setAt] : inheritedFrom(setting, at))}
            </Typography>
          )}
          {edit ? (
            <Button size="small" onClick={onDrop}>
              {t('undo')}
            </Button>
          ) : null}
          {onOpen ? (
            <Button size="small" onClick={onOpen}>
              {t('change')}
            </Button>
          ) : null}
        </Box>
      </Box>
    </Box>
  );
}

/** A value that is about to be taken away may come from a wider scope, which is not told; never at the whole shop. */
function inheritedFrom(setting: Setting, at: ConfigurationScope): string {
  return at !== 'GLOBAL' && setting.setAt === at ? 'fromWider' : 'fromDefault';
}
