import Box from '@mui/material/Box';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import qrcode from 'qrcode-generator';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SecretOnce } from '../../components/SecretOnce';
import ActionDialog from '../../form/ActionDialog';
import { type Field, orNull } from '../../form/fields';
import { ProfileTotpConfirmDocument, ProfileTotpStartDocument } from '../../generated/graphql';
import { request } from '../../graph/request';

interface Props {
  own: Field[];
  onDone: () => unknown;
  onClose: () => void;
}

interface Started {
  secret: string;
  uri: string;
}

/** Two steps: the secret goes into an authenticator, whose first code switches the second factor on. */
export function TotpDialog({ own, onDone, onClose }: Props) {
  const { t } = useTranslation('profile');
  const [started, setStarted] = useState<Started | null>(null);
  if (!started) {
    return (
      <ActionDialog
        key="start"
        title={t('totpOn')}
        text={t('totpOnText')}
        confirm={t('next')}
        fields={own}
        initial={{ password: '' }}
        run={async ({ password }) => {
          const done = (await request(ProfileTotpStartDocument, { input: { password: orNull(password) } }))
            .staffTotpEnroll;
          if (done?.secret && done.uri) setStarted({ secret: done.secret, uri: done.uri });
          return { errors: done?.userErrors ?? [], result: ' ' };
        }}
        onClose={onClose}
      />
    );
  }
  return (
    <ActionDialog
      key="confirm"
      title={t('totpOn')}
      text={t('scan')}
      confirm={t('totpOn')}
      fields={[{ name: 'code', label: t('code'), isRequired: true, maxLength: 12 }]}
      initial={{ code: '' }}
      run={async ({ code }) => {
        const done = (await request(ProfileTotpConfirmDocument, { input: { code: String(code) } })).staffTotpConfirm;
        const codes = done?.recoveryCodes ?? [];
        const result = (
          <Stack spacing={1}>
            <Typography>{t('recoveryText')}</Typography>
            <SecretOnce label={t('recoveryCodes')} secret={codes.join('\n')} />
          </Stack>
        );
        return { errors: done?.userErrors ?? [], result };
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <Stack spacing={1} sx={{ alignItems: 'center' }}>
        <QrCode text={started.uri} label={t('qr')} />
        <Typography component="code" sx={{ overflowWrap: 'anywhere' }}>
          {started.secret}
        </Typography>
      </Stack>
    </ActionDialog>
  );
}

const QUIET = 4;

/** Drawn as one path, black on white in the dark too, so that every camera reads it. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const code = qrcode(0, 'M');
    code.addData(text);
    code.make();
    const count = code.getModuleCount();
    const places = Array.from(
      { length: count * count },
      (_, place) => [Math.floor(place / count), place % count] as const,
    );
    const dark = places.filter(([row, column]) => code.isDark(row, column));
    return {
      path: dark.map(([row, column]) => `M${column + QUIET} ${row + QUIET}h1v1h-1z`).join(''),
      size: count + 2 * QUIET,
    };
  }, [text]);
  return (
    <Box
      component="svg"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      sx={{ width: 220, height: 220, bgcolor: '#fff' }}
    >
      <path d={path} fill="#000" />
    </Box>
  );
}
