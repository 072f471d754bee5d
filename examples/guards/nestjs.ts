import { Controller, Get, Module } from '@nestjs/common'
import type { Guard, Principal } from '@sessionward/guard'
import { Auth, Public, Scopes, SessionwardModule } from '@sessionward/guard/nestjs'

@Controller()
class Shop {
  @Get('prices')
  @Public()
  prices() {
    return { apples: 3 }
  }

  @Get('orders')
  @Scopes('orders')
  orders(@Auth() { subject }: Principal) {
    return { of: subject }
  }
}

@Module({ controllers: [Shop] })
class ShopModule {}

export function appModule(guard: Guard) {
  return { module: ShopModule, imports: [SessionwardModule.forRoot({ guard })] }
}
