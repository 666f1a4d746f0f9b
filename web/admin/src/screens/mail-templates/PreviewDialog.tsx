import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../components/QueryFrame';
import { type MailTemplateName, MailTemplatePreviewDocument } from '../../generated/graphql';
import { request } from '../../graph/request';

const FRAME = '/admin/mail-preview';

interface Props {
  storeViewId: string;
  template: MailTemplateName;
  onClose: () => void;
}

/** The mail as it is stored, with sample values. Its HTML is shown in a frame that can neither load nor run anything. */
export default function PreviewDialog({ storeViewId, template, onClose }: Props) {
  const { t } = useTranslation(['mail-templates', 'common']);
  const preview = useQuery({
    queryKey: ['mail-templates', storeViewId, 'preview', template],
    queryFn: ({ signal }) => request(MailTemplatePreviewDocument, { template, storeViewId }, { signal }),
    staleTime: 0,
  });
  return (
    <Dialog open fullWidth maxWidth="md" onClose={onClose} aria-labelledby="preview-title">
      <DialogTitle id="preview-title">{t('preview')}</DialogTitle>
      <DialogContent>
        <QueryFrame query={preview}>
          {({ mailPreview }) =>
            mailPreview ? (
              <>
                <Typography sx={{ overflowWrap: 'anywhere' }}>
                  {t('from')}: {mailPreview.sender}
                </Typography>
                <Typography sx={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{mailPreview.subject}</Typography>
                <MailFrame html={mailPreview.html} title={t('html')} />
                <Typography variant="h2">{t('text')}</Typography>
                <Box component="pre" tabIndex={0} sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                  {mailPreview.text}
                </Box>
              </>
            ) : null
          }
        </QueryFrame>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('common:close')}</Button>
      </DialogActions>
    </Dialog>
  );
}

function MailFrame({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  return (
    <Box
      component="iframe"
      ref={frame}
      src={FRAME}
      title={title}
      sandbox="allow-scripts"
      onLoad={() => frame.current?.contentWindow?.postMessage(html, '*')}
      sx={{ width: '100%', height: 420, border: 1, borderColor: 'divider', my: 2, bgcolor: '#fff' }}
    />
  );
}
