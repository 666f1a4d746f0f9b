import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { CustomerPointsAdjustDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { AdjustButton } from '../../AdjustButton';
import { pointsQuery } from './query';

/** The newest fifty movements, and the button for one more. */
export default function PointsPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(pointsQuery(id))}>
      {({ customer }) => {
        const entries = customer?.rewardPoints.entries.nodes ?? [];
        return (
          <Stack spacing={1.5} sx={{ alignItems: 'flex-start' }}>
            <AdjustButton
              id={id}
              capability="REWARD_POINTS_ADJUST"
              title={t('adjustPoints')}
              amountLabel={t('pointsChange')}
              amountName="points"
              send={async ({ amount, ...rest }) => {
                const done = await request(CustomerPointsAdjustDocument, {
                  input: { ...rest, points: readPoints(amount) },
                });
                return done.rewardPointsAdjust?.userErrors ?? [];
              }}
            />
            {entries.length === 0 ? (
              <Empty title={t('noMovements')} />
            ) : (
              <DataTable
                label={t('tab.points')}
                heads={[t('when'), t('what'), t('website'), t('change'), t('balance'), t('who'), t('comment')]}
                rows={entries}
                keyOf={(entry) => entry.id}
                cells={(entry) => [
                  formats.dateTime(entry.createdAt),
                  t(`values:RewardPointsAction.${entry.action}`),
                  entry.website.name,
                  formats.number(entry.points),
                  formats.number(entry.balanceAfter),
                  entry.staff?.name ?? t(`values:HistoryActor.${entry.actor}`),
                  entry.comment,
                ]}
              />
            )}
          </Stack>
        );
      }}
    </QueryFrame>
  );
}

/** What is no whole number is refused by the service, at its field. */
function readPoints(typed: string): number {
  return Number(typed);
}
