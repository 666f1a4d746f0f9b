import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** What nobody sees again once it is closed. */
export function SecretOnce({ label, secret }: { label: string; secret: string }) {
  const { t } = useTranslation('form');
  const [isCopied, setCopied] = useState(false);
  return (
    <Stack spacing={1}>
      <Alert severity="warning" role="status">
        {t('secretOnce')}
      </Alert>
      <Box
        component="pre"
        role="region"
        tabIndex={0}
        aria-label={label}
        sx={{ m: 0, p: 1.5, bgcolor: 'action.hover', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {secret}
      </Box>
      <Box role="status">
        <Button onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}>
          {t(isCopied ? 'copied' : 'copy')}
        </Button>
      </Box>
    </Stack>
  );
}
