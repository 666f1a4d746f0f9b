import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { reviewsQuery } from './query';

export default function ReviewsPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(reviewsQuery(id))}>
      {({ customer }) => {
        const reviews = customer?.reviews.nodes ?? [];
        if (reviews.length === 0) return <Empty title={t('noReviews')} />;
        return (
          <DataTable
            label={t('tab.reviews')}
            heads={[t('product'), t('rating'), t('review'), t('orderStatus'), t('written')]}
            rows={reviews}
            keyOf={(review) => review.id}
            cells={(review) => [
              review.product.name,
              formats.number(review.rating),
              `${review.title}\n${review.detail}`,
              t(`values:ReviewStatus.${review.status}`),
              formats.dateTime(review.createdAt),
            ]}
          />
        );
      }}
    </QueryFrame>
  );
}
