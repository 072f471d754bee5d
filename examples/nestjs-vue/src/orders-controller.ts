import { BadRequestException, Body, Controller, Get, Post } from '@nestjs/common'
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '@sessionward/guard'
import { Auth } from '@sessionward/guard/nestjs'

export interface Order {
  readonly id: number
  readonly item: string
  readonly quantity: number
  /** Subject of the person who wrote it; none for those that were there before. */
  readonly by?: string
}

const latest = 8

/** The business routes. The global guard has checked each request before. */
@ApiTags('orders')
@Controller('api/orders')
export class OrdersController {
  readonly #orders: Order[] = [
    { id: 1, item: 'Paper, A4', quantity: 40 },
    { id: 2, item: 'Ink, black', quantity: 6 },
  ]

  @Get()
  @ApiOperation({ summary: 'The latest orders' })
  list() {
    return this.#orders.slice(-latest)
  }

  @Post()
  @ApiOperation({ summary: 'A new order' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['item', 'quantity'],
      properties: { item: { type: 'string', example: 'Envelopes' }, quantity: { type: 'integer', example: 10 } },
    },
  })
  create(@Body() body: Partial<Order> | undefined, @Auth() { subject }: Principal): Order {
    const { item, quantity } = body ?? {}
    if (typeof item !== 'string' || item === '' || item.length > 80) {
      throw new BadRequestException('item: expected a string of 1 to 80 characters')
    }
    if (!Number.isSafeInteger(quantity) || quantity! < 1) {
      throw new BadRequestException('quantity: expected a whole number from 1')
    }
    const order = { id: this.#orders.length + 1, item, quantity: quantity!, by: subject }
    this.#orders.push(order)
    return order
  }
}
