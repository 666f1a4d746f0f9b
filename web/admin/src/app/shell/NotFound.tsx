import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../components/Empty';

export default function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty icon="search" title={t('notFound.title')} text={t('notFound.text')}>
      <Button variant="outlined" href="/admin">
        {t('notFound.home')}
      </Button>
    </Empty>
  );
}
