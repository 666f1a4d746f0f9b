import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from './icons';

interface Props {
  title: string;
  text?: string;
  icon?: IconName;
  children?: ReactNode;
}

/** Three things look alike and mean different things: nothing exists, nothing matches, not permitted. */
export function Empty({ title, text, icon = 'list', children }: Props) {
  return (
    <Box sx={{ p: 4, textAlign: 'center', color: 'text.secondary' }} role="status">
      <Icon name={icon} sx={{ fontSize: 40 }} />
      <Typography component="p" sx={{ fontWeight: 600, color: 'text.primary', mt: 1 }}>
        {title}
      </Typography>
      {text ? <Typography component="p">{text}</Typography> : null}
      {children ? <Box sx={{ mt: 2 }}>{children}</Box> : null}
    </Box>
  );
}

export function NotPermitted({ permission }: { permission: string }) {
  const { t } = useTranslation(['common', 'permissions']);
  const name = permission.toUpperCase().replace('.', '_');
  return (
    <Empty
      icon="person"
      title={t('notPermitted.title')}
      text={t('notPermitted.text', { permission: t(`permissions:${name}`, permission) })}
    />
  );
}
