import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import ActionDialog from '../../form/ActionDialog';
import { AttributeRemoveDocument } from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';

interface Props {
  attribute: { id: string; code: string; label: string };
  onClose: () => void;
}

/** All that is stored of it goes too, which is why its code has to be typed. */
export default function RemoveDialog({ attribute, onClose }: Props) {
  const { t } = useTranslation('attributes');
  const navigate = useNavigate();
  const { id, code, label } = attribute;
  return (
    <ActionDialog
      title={t('removeTitle', { name: label })}
      text={t('removeText')}
      confirm={t('remove')}
      isDangerous
      fields={[{ name: 'code', label: t('typeCode', { code }), isRequired: true }]}
      initial={{ code: '' }}
      run={async (values) => {
        if (String(values.code).trim() !== code) {
          return { errors: [{ key: 'code', message: t('codeDiffers'), path: ['code'] }] };
        }
        const done = await request(AttributeRemoveDocument, { input: { id } });
        return { errors: done.attributeDelete?.userErrors ?? [] };
      }}
      onDone={async () => {
        await queryClient.invalidateQueries({ queryKey: ['attributes'] });
        await navigate({ to: '/attributes' as never });
      }}
      onClose={onClose}
    />
  );
}
