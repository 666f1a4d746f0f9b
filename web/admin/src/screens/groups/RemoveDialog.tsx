import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../components/QueryFrame';
import ActionDialog from '../../form/ActionDialog';
import { GroupRemoveDocument } from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import { type Group, removalQuery } from './queries';

/** Tried first: what forbids the deletion stands here before anybody confirms it. */
export default function RemoveDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useTranslation('groups');
  const trial = useQuery(removalQuery(group.id));
  const refused = trial.data?.customerGroupDelete?.userErrors ?? [];
  return (
    <ActionDialog
      title={t('removeTitle', { name: group.name })}
      confirm={t('remove')}
      isDangerous
      isRefused={!trial.data || refused.length > 0}
      run={async () => {
        const done = await request(GroupRemoveDocument, { input: { id: group.id }, dryRun: false });
        return { errors: done.customerGroupDelete?.userErrors ?? [] };
      }}
      onDone={() => queryClient.invalidateQueries({ queryKey: ['groups'] })}
      onClose={onClose}
    >
      <QueryFrame query={trial}>
        {() =>
          refused.length > 0 ? (
            refused.map((error) => (
              <Alert key={error.key} severity="error" role="alert">
                {error.message}
              </Alert>
            ))
          ) : (
            <Typography>{t('removeText', { count: group.memberCount })}</Typography>
          )
        }
      </QueryFrame>
    </ActionDialog>
  );
}
