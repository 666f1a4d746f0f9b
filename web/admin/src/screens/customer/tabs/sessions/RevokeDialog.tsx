import { useTranslation } from 'react-i18next';
import ActionDialog from '../../../../form/ActionDialog';
import { CustomerSessionRevokeDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { refreshCustomer } from '../../query';

interface Props {
  customerId: string;
  session: { id: string; device: string };
  onClose: () => void;
}

/** Ends one session: the customer goes on where they are signed in otherwise. */
export default function RevokeDialog({ customerId, session, onClose }: Props) {
  const { t } = useTranslation('customer');
  return (
    <ActionDialog
      title={t('endSession')}
      text={t('endSessionText', { device: session.device })}
      confirm={t('endSession')}
      isDangerous
      run={async () => {
        const { customerSessionRevoke: done } = await request(CustomerSessionRevokeDocument, {
          input: { id: session.id },
        });
        return { errors: done?.userErrors ?? [] };
      }}
      onDone={() => refreshCustomer(customerId)}
      onClose={onClose}
    />
  );
}
